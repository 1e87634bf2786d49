import type { Actor } from '@job-manager/client/actor';
import { checkOne } from '@job-manager/client/check-call';
import { type ParameterIssue, refusal } from '@job-manager/client/errors';
import type { JobSettingsChange } from '@job-manager/shared/contract/job-overrides';
import { limits } from '@job-manager/shared/limits';
import { isKnownJob, type JobSettingsRow, listJobSettings, readJobSettings } from '../store/job-settings.js';
import type { Notifier } from '../store/notifier.js';
import type { Sql } from '../store/sql.js';
import { ChangedMeanwhile, QueueError } from './errors.js';
import { checkMaxDate } from './max-date.js';
import type { Registry } from './registry.js';
import { storableText } from './storable.js';
import { pauseJob, resetJob, resumeJob, setJob } from './transitions/job-settings.js';
import type { Pause } from './transitions/pause.js';
import { type CauseChange, type CauseVerdict, setCause } from './transitions/set-cause.js';

/** Changes the settings of jobs. Each change is one statement, its audit entry included; refusals are QueueErrors. */
export interface JobControl {
  /** Those of all jobs of which any were set. */
  list(): Promise<JobSettingsRow[]>;
  get(jobName: string): Promise<JobSettingsRow>;
  /**
   * Changes the given settings; null is as the code declares. With `rev` refused (`CHANGED`) where another change came
   * in between. Applies to runs that are queued or attempted from then on.
   */
  set(jobName: string, change: JobSettingsChange & { rev?: number }, actor: Actor): Promise<JobSettingsRow>;
  /**
   * The problems with which enqueueing would refuse these parameters; empty for none. Throws QueueError for an unknown
   * job.
   */
  check(jobName: string, parameters: Record<string, unknown>): Promise<ParameterIssue[]>;
  /** Resets every setting; a pause stays. */
  reset(jobName: string, actor: Actor): Promise<JobSettingsRow>;
  /** Starts no run of the job; what is running goes on. Pausing what is paused gives it this reason and this end. */
  pause(jobName: string, pause: Pause, actor: Actor): Promise<JobSettingsRow>;
  /** Resuming what isn't paused changes nothing. */
  resume(jobName: string, actor: Actor): Promise<JobSettingsRow>;
  /** Resolves, ignores or reopens a cause of failures; one that is resolved is open again once a run fails of it later. */
  setCause(fingerprint: string, change: CauseChange, actor: Actor): Promise<CauseVerdict>;
}

export interface JobControlOptions {
  sql: Sql;
  registry: Registry;
  notifier: Pick<Notifier, 'jobsChanged' | 'queued' | 'changed'>;
  /** Interval of the heartbeats of runners; 30 s by default. */
  heartbeatMs?: number;
}

/** Creates the interface to the settings of jobs. */
export function createJobControl({ sql, registry, notifier, heartbeatMs = 30_000 }: JobControlOptions): JobControl {
  const read = (jobName: string) => readJobSettings(sql, jobName);
  /** Follows a change: this process reads it at once, the others on a notification. */
  const changed = async (jobName: string): Promise<JobSettingsRow> => {
    notifier.jobsChanged();
    // Lists show why runs wait.
    notifier.changed();
    const rows = await listJobSettings(sql);
    registry.setOverrides(rows);
    return rows.find((row) => row.jobName === jobName) ?? read(jobName);
  };
  const checkKnown = async (jobName: string): Promise<void> => {
    if (registry.get(jobName) || (await isKnownJob(sql, jobName))) return;
    throw new QueueError('NOT_FOUND', `There is no job named "${jobName}".`);
  };
  return {
    list: () => listJobSettings(sql),

    get: async (jobName) => {
      await checkKnown(jobName);
      return read(jobName);
    },

    check: async (jobName, parameters) => {
      try {
        checkOne({ jobName, parameters });
        await registry.check(jobName, parameters);
        return [];
      } catch (error) {
        if (error instanceof QueueError && error.issues.length > 0 && error.code !== 'UNKNOWN_JOB') return error.issues;
        throw error;
      }
    },

    set: async (jobName, { rev = null, ...change }, actor) => {
      await checkKnown(jobName);
      if (Object.keys(change).length === 0) throw new QueueError('INVALID_INPUT', NO_CHANGE);
      checkStalledAfter(change.stalledAfterMs, heartbeatMs);
      if (!(await setJob(sql, { jobName, change, rev }, actor))) {
        const message = `The settings of "${jobName}" were changed meanwhile; nothing of this change was kept.`;
        throw new ChangedMeanwhile(message, await read(jobName));
      }
      return changed(jobName);
    },

    reset: async (jobName, actor) => {
      await checkKnown(jobName);
      return (await resetJob(sql, jobName, actor)) ? changed(jobName) : read(jobName);
    },

    pause: async (jobName, pause, actor) => {
      await checkKnown(jobName);
      if (pause.resumeAt !== null) checkMaxDate(pause.resumeAt, 'resumeAt');
      const reason = pause.reason && storableText(pause.reason, limits.reasonChars);
      const isPaused = await pauseJob(sql, jobName, { ...pause, reason }, actor);
      if (!isPaused) throw refusal('INVALID_INPUT', 'resumeAt', 'must lie in the future');
      return changed(jobName);
    },

    resume: async (jobName, actor) => {
      await checkKnown(jobName);
      return (await resumeJob(sql, jobName, actor)) ? changed(jobName) : read(jobName);
    },

    setCause: async (fingerprint, change, actor) => {
      const verdict = await setCause(sql, fingerprint, change, actor);
      if (verdict === null)
        throw new QueueError('NOT_FOUND', `No failure has a cause with the fingerprint "${fingerprint}".`);
      return verdict;
    },
  };
}

/** A heartbeat or two may be late on a busy machine: a run must not be recovered from a live runner. */
const MIN_HEARTBEATS = 3;

function checkStalledAfter(stalledAfterMs: number | null | undefined, heartbeatMs: number): void {
  const min = MIN_HEARTBEATS * heartbeatMs;
  if (stalledAfterMs == null || stalledAfterMs >= min) return;
  throw refusal('INVALID_INPUT', 'stalledAfterMs', `must be at least ${min}, the time of three heartbeats`);
}

const NO_CHANGE = 'The call names nothing to change; null is as the code declares.';
