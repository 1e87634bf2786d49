import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { Anchor } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useRef } from 'react';
import { Link, useNavigate } from 'react-router-dom';
import { toFailure } from '../../api/failure';
import { historyKey, historyQuery } from '../../api/job-queries';
import type { ActiveChange } from '../../api/live/active-runs';
import { useLiveChanges } from '../../api/live/LiveProvider';
import { createFailureGroups, type FailureGroup, failuresOf } from '../../components/notices/failure-groups';
import { RelativeTime } from '../../components/RelativeTime';
import { RunLink } from '../../components/RunLink';
import { RunPageLink } from '../../components/RunPageLink';
import { useOpenedRun } from '../../components/url-state';
import { useThrottled } from '../../lib/useThrottled';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorPanel } from '../../ui/ErrorPanel';
import { RowSkeletons } from '../../ui/RowSkeletons';
import { useRovingRows } from '../../ui/roving-rows';
import { openRowOnClick } from '../../ui/row-click';
import { Section } from '../../ui/Section';
import { Cell, type Column, Table } from '../../ui/Table';
import classes from './RecentFailures.module.css';

const SHOWN = 5;
/** So many of the latest failures are grouped. */
const READ = 50;
const columns: Column[] = [
  { label: 'Job' },
  { label: 'Error' },
  { label: 'Runs', align: 'right' },
  { label: 'Last', align: 'right' },
];
const AT_MOST_EVERY_MS = 2_000;

/** The latest failures by job and cause: of one cause that hides all others one line is enough. */
export function RecentFailures() {
  const { data, error, refetch } = useQuery(historyQuery({ status: 'FAILED' }, 1, READ));
  useFollowFailures();
  return (
    <Section
      title="Recent Failures"
      aside={data && data.total > READ && <span className="dimmed">the latest {READ} by cause</span>}
      actions={
        <Anchor component={Link} to={failuresOf()} size="sm">
          All failures
        </Anchor>
      }
    >
      {data ? (
        data.runs.length > 0 ? (
          <FailureCauses runs={data.runs} />
        ) : (
          <EmptyState icon={IconCircleCheck} title="No failures" text="No run in the history has failed." />
        )
      ) : error ? (
        <ErrorPanel
          title="Failures could not be loaded"
          details={toFailure(error).details}
          onRetry={() => void refetch()}
        />
      ) : (
        <RowSkeletons rows={SHOWN} isDense label="Loading recent failures" />
      )}
    </Section>
  );
}

/** The causes of failures, the latest first. */
function FailureCauses({ runs }: { runs: readonly JobRunSummary[] }) {
  const { open } = useOpenedRun();
  const navigate = useNavigate();
  const table = useRef<HTMLDivElement>(null);
  useRovingRows(table);
  return (
    <div ref={table}>
      <Table caption="Failures by job and cause" columns={columns}>
        {causesOf(runs).map((cause) => {
          const { id, latest, count, error } = cause;
          const all = failuresOf(latest.jobName);
          return (
            <tr
              key={id}
              data-row={id}
              className={classes.row}
              onClick={(event) => openRowOnClick(event, () => (count === 1 ? open(latest.id) : void navigate(all)))}
            >
              <Cell isHeader>
                {count === 1 ? (
                  <RunPageLink jobRunId={latest.id} className={classes.name}>
                    {latest.jobName}
                  </RunPageLink>
                ) : (
                  <Link to={all} className={classes.name}>
                    {latest.jobName}
                  </Link>
                )}
              </Cell>
              <Cell isWide>
                <span className={classes.error} title={error}>
                  {error}
                </span>
              </Cell>
              <Cell label="Runs" align="right">
                {count === 1 ? <RunLink jobRunId={latest.id} /> : `${count} runs`}
              </Cell>
              <Cell label="Last" align="right">
                {latest.finishedAt && <RelativeTime at={latest.finishedAt} />}
              </Cell>
            </tr>
          );
        })}
      </Table>
    </div>
  );
}

function causesOf(runs: readonly JobRunSummary[]): FailureGroup[] {
  const groups = createFailureGroups(() => true)([...runs].reverse());
  return groups
    .sort((a, b) => Date.parse(b.latest.finishedAt ?? '') - Date.parse(a.latest.finishedAt ?? ''))
    .slice(0, SHOWN);
}

function useFollowFailures(): void {
  const queryClient = useQueryClient();
  const readAnew = useThrottled(() => void queryClient.invalidateQueries({ queryKey: historyKey() }), AT_MOST_EVERY_MS);
  useLiveChanges(
    useCallback(
      ({ completed, vanished }: ActiveChange) => {
        if (vanished.length > 0 || completed.some((run) => run.status === 'FAILED')) readAnew();
      },
      [readAnew],
    ),
  );
}
