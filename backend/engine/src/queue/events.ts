import { EventEmitter } from 'node:events';
import type { TerminalStatus } from '@job-manager/shared/run';
import type { RunSummaryRow } from '../store/run-row.js';

type RunRef = { runId: string; jobName: string };

/** The events of the engine; one listener writes the log, others may count. */
interface QueueEventMap {
  runnerStarted: [{ runnerId: string; concurrency: number }];
  runnerStopped: [{ runnerId: string; released: number }];
  runStarted: [RunRef & { attempt: number; claimNo: number }];
  runEnded: [RunRef & { status: TerminalStatus; error: string | null; durationMs: number }];
  /** An attempt failed, and there is another after a while. */
  runRetried: [RunRef & { attempt: number; maxAttempts: number; error: string | null; delayMs: number }];
  /** The job snoozed its run. */
  runSnoozed: [RunRef & { reason: string | null; delayMs: number }];
  /** The lease was lost while the job ran; nothing of this execution is kept. */
  leaseLost: [RunRef];
  /** An outcome arrived after the lease was lost. */
  outcomeRefused: [RunRef];
  runsRecovered: [{ runs: RunSummaryRow[] }];
  /** Runs over their time limit that were reclaimed from their runners. */
  runsTimedOut: [{ runs: RunSummaryRow[] }];
  runLogged: [RunRef & { level: 'info' | 'warn' | 'error'; message: string; data?: Record<string, unknown> }];
  /** A line that the process of an isolated job wrote to a standard stream; without a run between runs. */
  processWrote: [{ childPid: number; stream: 'stdout' | 'stderr'; text: string } & Partial<RunRef>];
  /** A schedule came due, and its runs were queued. */
  scheduleFired: [{ schedule: string; jobName: string; runs: number }];
  /** Progress of a run, each time it reports. */
  runProgressed: [RunRef & { percent: number | null; message: string | null }];
  /** An error outside of every run. */
  strayError: [{ error: unknown }];
  databaseUnreachable: [{ during: string; error: unknown }];
  /** PostgreSQL cancelled a statement for its time limit or its wait for a lock; it is sent again. */
  databaseSlow: [{ during: string; error: unknown }];
  databaseBack: [{ afterMs: number }];
  internalError: [{ during: string; error: unknown }];
}

export class QueueEvents extends EventEmitter<QueueEventMap> {}
