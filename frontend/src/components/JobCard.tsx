import { Button } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { toFailure } from '../api/failure';
import { activityQuery } from '../api/job-activity-queries';
import { definitionsQuery } from '../api/job-queries';
import { neighboursQuery } from '../api/run-list-queries';
import { useCan } from '../api/session';
import { formatDuration } from '../lib/duration';
import { CARD_STALE_MS, CardFact, EntityCard } from './EntityCard';
import { JobStatusBadge } from './JobStatusBadge';
import { PausedNote } from './PausedNote';
import { RelativeTime } from './RelativeTime';
import { RunLink } from './RunLink';
import { useRunDialog } from './url-state';

/** A job in brief: its state, its last result, how long it usually takes; and a way to run it. */
export function JobCard({ jobName }: { jobName: string }) {
  const jobs = useQuery({ ...definitionsQuery(), staleTime: CARD_STALE_MS });
  const activity = useQuery({ ...activityQuery(), staleTime: CARD_STALE_MS });
  const mayRun = useCan('run', jobName);
  const { openNewOf } = useRunDialog();
  const job = jobs.data?.find(({ name }) => name === jobName);
  const lastRun = activity.data?.find((each) => each.jobName === jobName)?.lastRun;
  const error = jobs.error ?? activity.error;
  return (
    <EntityCard
      name={jobName}
      description={job?.description}
      isLoading={jobs.isPending || activity.isPending}
      error={error && toFailure(error).details}
      action={
        job &&
        mayRun && (
          <Button
            size="compact-sm"
            variant="light"
            leftSection={<IconPlayerPlay size={14} />}
            onClick={() => openNewOf(jobName)}
          >
            Run
          </Button>
        )
      }
    >
      <CardFact name="State">{job ? <JobState paused={job.settings.paused} /> : 'No process has its code'}</CardFact>
      <CardFact name="Last result">{lastRun ? <LastRun {...lastRun} /> : 'No run has ended yet'}</CardFact>
      {lastRun && (
        <CardFact name="Usually takes">
          <UsualTime of={lastRun} />
        </CardFact>
      )}
    </EntityCard>
  );
}

type Paused = Parameters<typeof PausedNote>[0]['paused'] | null;

const JobState = ({ paused }: { paused: Paused }) => (paused ? <PausedNote paused={paused} /> : <>Ready to run</>);

interface LastRunProps {
  id: string;
  status: Parameters<typeof JobStatusBadge>[0]['status'];
  finishedAt: string;
}

const LastRun = ({ id, status, finishedAt }: LastRunProps) => (
  <>
    <JobStatusBadge status={status} /> <RunLink jobRunId={id} /> <RelativeTime at={finishedAt} isPast />
  </>
);

/** The time of those that succeeded before the last one. */
function UsualTime({ of }: { of: Pick<LastRunProps, 'id' | 'status'> }) {
  const { data, isPending } = useQuery(neighboursQuery(of));
  if (isPending) return <>…</>;
  if (!data?.usual) return <>not known yet</>;
  const { p50, p95 } = data.usual;
  return (
    <>
      {formatDuration(p50)}, 95 % within {formatDuration(p95)}
    </>
  );
}
