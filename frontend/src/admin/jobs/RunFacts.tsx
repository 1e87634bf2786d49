import type { JobRun } from '@job-manager/shared/contract/run';
import type { JobUIStatus } from '@job-manager/shared/run';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { definitionsQuery } from '../../api/job-queries';
import { JobStatusBadge } from '../../components/JobStatusBadge';
import { DateTime } from '../../components/RelativeTime';
import { RunPageLink } from '../../components/RunPageLink';
import { triggerLabel } from '../../components/status';
import { formatDuration } from '../../lib/duration';
import classes from './RunDetails.module.css';
import { describeRetries } from './retry-words';

/** What a run is, in short: who started it, what executes it, and within which limits. */
export function RunFacts({ run, status }: { run: JobRun; status: JobUIStatus }) {
  const isExternal = run.inactivityTimeoutMs !== null;
  return (
    <dl className={classes.facts}>
      <Fact name="Status">
        <JobStatusBadge status={status} />
      </Fact>
      <Fact name="Trigger">{triggerLabel[run.trigger]}</Fact>
      <Fact name="Triggered By">{startedBy(run)}</Fact>
      <Fact name="Algorithm">{run.algorithmVersion ?? 'not stated'}</Fact>
      <Fact name="Attempt">
        {Math.max(run.attempt, 1)} of {run.maxAttempts}
      </Fact>
      {run.crashes > 0 && (
        <Fact name="Crashes">
          {run.crashes} of {run.maxCrashes}
          <span className={classes.factNote}>times that its process ended with it</span>
        </Fact>
      )}
      {!isExternal && <Retries run={run} />}
      {run.noRetry && <Fact name="No further attempt">{run.noRetry.message}</Fact>}
      <Fact name="Timeout">{run.timeoutMs === null ? 'none' : formatDuration(run.timeoutMs)}</Fact>
      {run.inactivityTimeoutMs === null ? (
        <Fact name="Runner">{run.runnerId ?? 'none yet'}</Fact>
      ) : (
        <Fact name="Runner">
          External program
          <span className={classes.factNote}>failed after {formatDuration(run.inactivityTimeoutMs)} of silence</span>
        </Fact>
      )}
      <Fact name="Channel">
        {run.channel}, priority {run.priority}
      </Fact>
      {run.schedule && (
        <Fact name="Schedule">
          {run.schedule.name}
          {run.dueAt && (
            <span className={classes.factNote}>
              due <DateTime at={run.dueAt} />
            </span>
          )}
        </Fact>
      )}
      {run.unique && (
        <Fact name="Unique key">
          {run.unique.key}
          <span className={classes.factNote}>
            <Taken unique={run.unique} />
          </span>
        </Fact>
      )}
      {run.parametersBy && <Fact name="Parameters by">{authorOf(run.parametersBy)}</Fact>}
      {run.scope && <Fact name="Scope">{run.scope}</Fact>}
      {run.rerunOfId && (
        <Fact name="Re-run of">
          <RunPageLink jobRunId={run.rerunOfId} className={classes.link}>
            #{run.rerunOfId}
          </RunPageLink>
        </Fact>
      )}
    </dl>
  );
}

/** As the run says, or else as its job does; the panel may be older than the job. */
function Retries({ run }: { run: JobRun }) {
  const { data: definitions } = useQuery(definitionsQuery());
  const policy = run.retryPolicy ?? definitions?.find(({ name }) => name === run.jobName)?.retry;
  return <Fact name="Retries">{describeRetries(policy, run.maxAttempts)}</Fact>;
}

/** How long the key keeps others away. */
function Taken({ unique: { scope, until } }: { unique: NonNullable<JobRun['unique']> }) {
  if (scope === 'queued') return 'taken until the run is begun';
  if (scope === 'running') return 'taken until the run has ended';
  if (scope === 'behind') return 'the run queues behind the one that has it';
  return until === null ? (
    'its time is over'
  ) : (
    <>
      taken until <DateTime at={until} />
    </>
  );
}

function authorOf({ person, token }: NonNullable<JobRun['parametersBy']>): string {
  if (token !== null) return `API token ${token}`;
  return person?.email ?? 'a program with a connection to the database';
}

function startedBy(run: JobRun): string {
  if (run.triggeredByToken !== null) return `API token ${run.triggeredByToken}`;
  return run.triggeredBy?.email ?? 'the system';
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={classes.fact}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
