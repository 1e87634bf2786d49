import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { uiStatus } from '@job-manager/shared/run';
import { Anchor, Button } from '@mantine/core';
import { IconCoffee, IconPlayerPlay } from '@tabler/icons-react';
import { type ComponentType, useEffect, useMemo, useRef } from 'react';
import { Link } from 'react-router-dom';
import { useFallback } from '../../api/live/HttpFallback';
import { useLive } from '../../api/live/LiveProvider';
import { useServerTime } from '../../api/server-clock';
import { useCan } from '../../api/session';
import { ConnectionBanner } from '../../components/ConnectionBanner';
import { ChannelLink } from '../../components/EntityLinks';
import { JobStatusBadge } from '../../components/JobStatusBadge';
import { RunPageLink } from '../../components/RunPageLink';
import { RunWait } from '../../components/RunWait';
import { useOpenedRun, useRunDialog } from '../../components/url-state';
import { useRunKeys } from '../../components/useRunKeys';
import { formatDuration } from '../../lib/duration';
import { paths } from '../../paths';
import { EmptyState } from '../../ui/EmptyState';
import { useHoldStill, useSteady } from '../../ui/hold-still';
import { RowSkeletons } from '../../ui/RowSkeletons';
import { useRovingRows } from '../../ui/roving-rows';
import { openRowOnClick } from '../../ui/row-click';
import { Section } from '../../ui/Section';
import { Cell, Table } from '../../ui/Table';
import type { Column } from '../../ui/TableSort';
import { useIsInside } from '../../ui/useIsInside';
import classes from './dashboard.module.css';
import { useRowCount } from './useRowCount';

interface Props {
  /** What can be done with a run. */
  Menu: ComponentType<{ run: JobRunSummary }>;
}

const columns: Column[] = [
  { label: 'Run' },
  { label: 'State' },
  { label: 'For', align: 'right' },
  { label: 'Actions', isHidden: true },
];

/** The first of the active runs: those that are executed, then those next in line. */
export function LiveJobs({ Menu }: Props) {
  const { active: answered } = useFallback();
  const received = useLive((live) => live.runs);
  const isLoaded = useLive((live) => live.isLoaded);
  const runs = answered?.runs ?? received;
  return (
    <Section
      title="Live Jobs"
      actions={
        runs.length > 0 && (
          <Anchor component={Link} to={paths.monitor} size="sm">
            Active: {runs.length.toLocaleString('en')}
          </Anchor>
        )
      }
    >
      <ConnectionBanner />
      {!isLoaded && answered === null ? (
        <RowSkeletons rows={4} isDense label="Loading live jobs" />
      ) : runs.length === 0 ? (
        <NoLiveJobs />
      ) : (
        <LiveTable runs={runs} Menu={Menu} />
      )}
    </Section>
  );
}

function NoLiveJobs() {
  const { openNew } = useRunDialog();
  const mayRun = useCan('run');
  return (
    <EmptyState
      icon={IconCoffee}
      title="No active jobs"
      text="What runs or waits to run is listed here."
      action={
        mayRun && (
          <Button variant="light" leftSection={<IconPlayerPlay size={16} />} onClick={openNew}>
            Run New Job
          </Button>
        )
      }
    />
  );
}

function LiveTable({ runs, Menu }: { runs: readonly JobRunSummary[] } & Props) {
  const zone = useRef<HTMLDivElement>(null);
  const shown = useShownRuns(runs, useIsInside(zone));
  useRovingRows(zone);
  useRunKeys(zone, (wanted) => shown.find(({ id }) => id === wanted));
  const { open } = useOpenedRun();
  return (
    <div ref={zone}>
      <Table caption="Runs that are executed or wait" columns={columns}>
        {shown.map((run) => (
          <tr
            key={run.id}
            data-run={run.id}
            className={classes.row}
            onClick={(event) => openRowOnClick(event, () => open(run.id))}
          >
            <Cell isHeader>
              <span className={classes.stack}>
                <RunPageLink jobRunId={run.id} className={classes.name}>
                  {run.jobName}
                </RunPageLink>
                <span className={classes.under}>
                  #{run.id} · <ChannelLink channel={run.channel} />
                </span>
              </span>
            </Cell>
            <Cell isWide>
              <span className={classes.state}>
                <JobStatusBadge status={uiStatus(run)} />
                <span className={classes.cut}>
                  {run.status === 'QUEUED' ? <RunWait run={run} /> : <Progress run={run} />}
                </span>
              </span>
            </Cell>
            <Cell label="For" align="right">
              <Since run={run} />
            </Cell>
            <Cell isCorner align="right">
              {run.finishedAt === null && <Menu run={run} />}
            </Cell>
          </tr>
        ))}
      </Table>
    </div>
  );
}

/** The first runs. While they are held, those that were shown stay in their place, as they are now or have ended. */
function useShownRuns(runs: readonly JobRunSummary[], isHeld: boolean): JobRunSummary[] {
  useHoldStill(isHeld);
  const count = useRowCount();
  const ended = useLive((live) => live.ended);
  const ids = useSteady(
    runs
      .slice(0, count)
      .map(({ id }) => id)
      .join(),
  );
  const known = useRef(new Map<string, JobRunSummary>());
  const shown = useMemo(() => {
    const now = new Map([...ended, ...runs].map((run) => [run.id, run]));
    return ids.split(',').flatMap((id) => now.get(id) ?? known.current.get(id) ?? []);
  }, [ids, runs, ended]);
  useEffect(() => {
    known.current = new Map(shown.map((run) => [run.id, run]));
  });
  return shown;
}

function Progress({ run: { progressPercent, progressMessage, error, status } }: { run: JobRunSummary }) {
  const text = status === 'FAILED' ? error : progressMessage;
  return (
    <span title={text ?? undefined}>
      {status === 'RUNNING' && progressPercent !== null && <strong>{Math.floor(progressPercent)} % </strong>}
      {text}
    </span>
  );
}

/** How long a run has been running, or waiting. */
function Since({ run: { startedAt, queuedAt, status } }: { run: JobRunSummary }) {
  const since = Date.parse(status === 'QUEUED' ? queuedAt : (startedAt ?? queuedAt));
  return <>{useServerTime((now) => formatDuration(Math.max(0, now - since)))}</>;
}
