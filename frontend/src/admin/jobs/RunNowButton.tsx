import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { Button } from '@mantine/core';
import { useServerTime } from '../../api/server-clock';
import { useCan } from '../../api/session';
import { isScheduled } from '../../components/is-scheduled';
import { useReschedule } from './useReschedule';

interface Props {
  run: JobRunSummary;
  /** In a row of a list. */
  isQuiet?: boolean;
}

/** For a run that waits for its time, or for that of its next attempt; nothing for others, and for those who may not. */
export function RunNowButton({ run, isQuiet = false }: Props) {
  const mayRun = useCan('run', run.jobName);
  const isOffered = useServerTime((now) => isScheduled(run, now) && !run.isBlocked);
  return mayRun && isOffered ? <Offer run={run} isQuiet={isQuiet} /> : null;
}

function Offer({ run, isQuiet }: Required<Props>) {
  const { reschedule, isPending } = useReschedule(run);
  const label = run.claimNo === 0 ? 'Run now' : 'Retry now';
  return (
    <Button
      variant="default"
      size={isQuiet ? 'compact-sm' : 'sm'}
      loading={isPending}
      aria-label={`${label} ${run.jobName} #${run.id}`}
      onClick={() => reschedule({})}
    >
      {label}
    </Button>
  );
}
