import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { Anchor } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useRef } from 'react';
import { Link } from 'react-router-dom';
import { toFailure } from '../../api/failure';
import { historyKey, historyQuery } from '../../api/job-queries';
import type { ActiveChange } from '../../api/live/active-runs';
import { useLiveChanges } from '../../api/live/LiveProvider';
import { HistoryRunRow } from '../../components/HistoryRunRow';
import { useOpenedRun } from '../../components/url-state';
import { useThrottled } from '../../lib/useThrottled';
import { paths } from '../../paths';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorPanel } from '../../ui/ErrorPanel';
import { RowSkeletons } from '../../ui/RowSkeletons';
import { useRovingRows } from '../../ui/roving-rows';
import { Section } from '../../ui/Section';
import classes from './RecentFailures.module.css';

const SHOWN = 5;
const AT_MOST_EVERY_MS = 2_000;

/** The last runs that failed. */
export function RecentFailures() {
  const { data, error, refetch } = useQuery(historyQuery({ status: 'FAILED' }, 1, SHOWN));
  useFollowFailures();
  return (
    <Section
      title="Recent Failures"
      actions={
        <Anchor component={Link} to={`${paths.history}?status=FAILED`} size="sm">
          All failures
        </Anchor>
      }
    >
      {data ? (
        data.runs.length > 0 ? (
          <FailedRuns runs={data.runs} />
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
        <RowSkeletons rows={SHOWN} label="Loading recent failures" />
      )}
    </Section>
  );
}

function FailedRuns({ runs }: { runs: readonly JobRunSummary[] }) {
  const { open } = useOpenedRun();
  const list = useRef<HTMLUListElement>(null);
  useRovingRows(list);
  return (
    <ul ref={list} className={classes.list}>
      {runs.map((run) => (
        <HistoryRunRow key={run.id} run={run} onViewDetails={open} />
      ))}
    </ul>
  );
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
