import type { JobRun } from '@job-manager/shared/contract/run';
import { Button } from '@mantine/core';
import { IconArchive, IconMessageOff } from '@tabler/icons-react';
import { Suspense } from 'react';
import { toFailure } from '../../api/failure';
import type { RunLogState } from '../../api/live/run-log';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorPanel } from '../../ui/ErrorPanel';
import { loadable } from '../../ui/loadable';
import { RowSkeletons } from '../../ui/RowSkeletons';
import { SectionBoundary } from '../../ui/SectionBoundary';
import classes from './RunLog.module.css';

const RunLogViewer = loadable(() => import('./RunLogViewer').then((module) => module.RunLogViewer));

interface Props {
  run: JobRun;
  log: RunLogState;
  /** More may come. */
  isActive: boolean;
  onRetry: () => void;
}

/** All messages of a run. */
export function RunLog({ run, log, isActive, onRetry }: Props) {
  if (log.lines.length === 0) return <NoLines log={log} isActive={isActive} onRetry={onRetry} />;
  return (
    <SectionBoundary>
      <Suspense fallback={<Loading />}>
        {log.droppedMessages > 0 && <Dropped count={log.droppedMessages} />}
        {log.error !== null && <Stopped error={log.error} onRetry={onRetry} />}
        <RunLogViewer run={run} log={log} isActive={isActive} />
      </Suspense>
    </SectionBoundary>
  );
}

const Loading = () => <RowSkeletons rows={6} label="Loading messages" />;

function NoLines({ log, isActive, onRetry }: Omit<Props, 'run'>) {
  if (log.error !== null) {
    const failure = toFailure(log.error);
    return <ErrorPanel title="The messages could not be loaded" details={failure} onRetry={onRetry} />;
  }
  if (!log.isComplete) return <Loading />;
  return isActive ? (
    <EmptyState icon={IconMessageOff} title="No messages yet" text="What the run writes appears here by itself." />
  ) : (
    <EmptyState icon={IconMessageOff} title="This run wrote no messages." text="Its timeline is in the overview." />
  );
}

function Dropped({ count }: { count: number }) {
  return (
    <p className={classes.note}>
      <IconArchive size={16} aria-hidden />
      <span>
        {count === 1 ? '1 older info line was' : `${count.toLocaleString('en')} older info lines were`} dropped to keep
        within the limit per run.
      </span>
    </p>
  );
}

function Stopped({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  return (
    <div className={classes.note} data-tone="failed" role="alert">
      <span>Not all messages could be loaded: {toFailure(error).details}</span>
      <Button size="compact-sm" variant="default" onClick={onRetry}>
        Retry
      </Button>
    </div>
  );
}
