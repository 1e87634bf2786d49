import type { AttemptUsage } from '@job-manager/shared/contract/message';
import type { JobRun } from '@job-manager/shared/contract/run';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { definitionsQuery } from '../../api/job-queries';
import { BatchLink, ChannelLink, JobLink, PersonLink, ScheduleLink, TokenLink } from '../../components/EntityLinks';
import { DateTime } from '../../components/RelativeTime';
import { triggerLabel } from '../../components/status';
import { formatBytes } from '../../lib/byte-size';
import { formatDuration } from '../../lib/duration';
import { Fact, Facts } from '../../ui/Facts';
import { describeRetries } from './describe-retries';
import classes from './RunFacts.module.css';
import { RunResources } from './RunResources';
import { RunStarter } from './RunStarter';

/** What a run was given, folded by subject: each fold names its main fact, so that most need no opening. */
export function RunFacts({ run }: { run: JobRun }) {
  const usage = run.attempts.at(-1)?.usage;
  return (
    <section aria-label="Further facts" className={classes.groups}>
      <Group name="Limits" brief={briefLimits(run)}>
        <Limits run={run} />
      </Group>
      {usage && (
        <Group name="Resources" brief={briefUsage(usage)}>
          <RunResources run={run} usage={usage} />
        </Group>
      )}
      {(run.unique || run.scope) && (
        <Group name="Keys" brief={[run.unique?.key, run.scope].filter(Boolean).join(', ')}>
          {run.unique && (
            <Fact name="Unique key">
              {run.unique.key}
              <Note>
                <Taken unique={run.unique} />
              </Note>
            </Fact>
          )}
          {run.scope && <Fact name="Scope">{run.scope}</Fact>}
        </Group>
      )}
      {run.schedule && (
        <Group name="Schedule" brief={run.schedule.name}>
          <Fact name="Name">
            <ScheduleLink {...run.schedule} />
          </Fact>
          {run.dueAt && (
            <Fact name="Due">
              <DateTime at={run.dueAt} />
            </Fact>
          )}
        </Group>
      )}
      <Group name="Origin" brief={triggerLabel[run.trigger]}>
        <Fact name="Trigger">{triggerLabel[run.trigger]}</Fact>
        <Fact name="Started by">
          <RunStarter run={run} />
        </Fact>
        {run.parametersBy && (
          <Fact name="Parameters by">
            <Author by={run.parametersBy} />
          </Fact>
        )}
      </Group>
      {run.correlationId && (
        <Group name="Correlation" brief={run.correlationId}>
          <Fact name="Correlation id">{run.correlationId}</Fact>
        </Group>
      )}
      <Group name="Version" brief={run.algorithmVersion ?? 'not stated'}>
        <Fact name="Job">
          <JobLink jobName={run.jobName} />
        </Fact>
        <Fact name="Algorithm">{run.algorithmVersion ?? 'not stated'}</Fact>
      </Group>
      <Group name="Ids" brief={`#${run.id}`}>
        <Fact name="Run">{run.id}</Fact>
        {run.batchId && (
          <Fact name="Batch">
            <BatchLink id={run.batchId} name={`#${run.batchId}`} />
          </Fact>
        )}
        {run.claimNo > 0 && <Fact name="Claim">{String(run.claimNo)}</Fact>}
      </Group>
    </section>
  );
}

function Limits({ run }: { run: JobRun }) {
  return (
    <>
      <Fact name="Channel">
        <ChannelLink channel={run.channel} />
      </Fact>
      <Fact name="Priority">{String(run.priority)}</Fact>
      <Fact name="Timeout">{run.timeoutMs === null ? 'none' : formatDuration(run.timeoutMs)}</Fact>
      {run.inactivityTimeoutMs === null ? (
        <Attempts run={run} />
      ) : (
        <Fact name="External program">{`failed after ${formatDuration(run.inactivityTimeoutMs)} of silence`}</Fact>
      )}
      {run.crashes > 0 && (
        <Fact name="Crashes">
          {run.crashes} of {run.maxCrashes}
          <Note>times that its process ended with it</Note>
        </Fact>
      )}
    </>
  );
}

/** The value of the run, or else of its job; the panel may be older than the job. */
function Attempts({ run }: { run: JobRun }) {
  const { data: definitions } = useQuery(definitionsQuery());
  const policy = run.retryPolicy ?? definitions?.find(({ name }) => name === run.jobName)?.retry;
  return <Fact name="Attempts">{describeRetries(policy, run.maxAttempts)}</Fact>;
}

const briefLimits = ({ channel, timeoutMs }: JobRun): string =>
  timeoutMs === null ? `channel ${channel}, no timeout` : `channel ${channel}, ${formatDuration(timeoutMs)} timeout`;

/** Of the last attempt. */
const briefUsage = ({ cpuMs, peakMemoryBytes }: AttemptUsage): string =>
  [
    cpuMs !== null && `CPU ${formatDuration(cpuMs)}`,
    peakMemoryBytes !== null && `memory ${formatBytes(peakMemoryBytes)}`,
  ]
    .filter(Boolean)
    .join(', ');

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

function Author({ by: { person, token } }: { by: NonNullable<JobRun['parametersBy']> }) {
  if (token !== null) return <TokenLink name={token} />;
  return person ? <PersonLink email={person.email} /> : <>a program with a connection to the database</>;
}

function Group({ name, brief, children }: { name: string; brief: string; children: ReactNode }) {
  return (
    <details className={classes.group}>
      <summary className={classes.summary}>
        <span className={classes.name}>{name}</span>
        <bdi className={classes.brief}>{brief}</bdi>
      </summary>
      <div className={classes.body}>
        <Facts>{children}</Facts>
      </div>
    </details>
  );
}

const Note = ({ children }: { children: ReactNode }) => <span className={classes.note}>{children}</span>;
