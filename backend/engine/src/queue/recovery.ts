import type { Actor } from '@job-manager/client/actor';
import type { Notifier } from '../store/notifier.js';
import { readRun } from '../store/run.js';
import type { RunRow, RunSummaryRow } from '../store/run-row.js';
import type { Sql } from '../store/sql.js';
import { notAllowed, unknownRun } from './errors.js';
import { storableText } from './storable.js';
import {
  emergencyFailRuns,
  type ForceFailRequest,
  forceFailRun,
  MAX_FAILED,
  previewEmergencyFail,
  requestForceFail,
} from './transitions/force-fail.js';
import { inBatches } from './transitions/in-batches.js';
import { MAX_RECOVERED, previewStalledRuns, type RecoverableRun, recoverStalledRuns } from './transitions/recover.js';

export interface Preview<Run> {
  runs: Run[];
  /** The database's time of the preview. */
  serverTime: Date;
}

export interface EmergencyRequest {
  /** The time of the preview: runs that started later are left alone. */
  startedBefore: Date;
  reason?: string;
}

export interface ForceFailOptions {
  reason?: string;
  /** Time that the run has to stop by itself, counted from the first cancel request. */
  graceMs?: number;
}

/** Calls of operators on runs that don't end by themselves. Refusals are QueueErrors. */
export interface Recovery {
  /** The runs that `cleanUpStalled` would recover now, what it would do with each, and why. */
  previewCleanup(): Promise<Preview<RecoverableRun>>;
  /** Recovers the runs whose runner or program sends no heartbeats; with `runIds` only those among them. */
  cleanUpStalled(actor: Actor, runIds?: string[]): Promise<RunSummaryRow[]>;
  /**
   * Requests a RUNNING run to stop and fails it if it still runs after its grace period: its runner can then write
   * nothing more. Returns the run as it is now: FAILED where the grace period is over. If this process ends meanwhile,
   * the sweep does it.
   */
  forceFail(runId: string, actor: Actor, options?: ForceFailOptions): Promise<RunRow>;
  /** The runs that `emergencyFail` would fail. */
  previewEmergency(): Promise<Preview<RunSummaryRow>>;
  /** Fails all RUNNING runs; their runners can write nothing more about them. */
  emergencyFail(request: EmergencyRequest, actor: Actor): Promise<RunSummaryRow[]>;
}

export interface RecoveryOptions {
  sql: Sql;
  notifier: Notifier;
  /** Time without a heartbeat after which a run of ours is stalled. */
  stalledAfterMs: number;
  /** The grace of a force-fail that names none; 30 s by default. */
  forceFailAfterMs?: number;
}

export function createRecovery(options: RecoveryOptions): Recovery {
  const { sql, notifier, stalledAfterMs, forceFailAfterMs = 30_000 } = options;

  const failNow = async (request: ForceFailRequest, actor: Actor): Promise<RunRow | null> => {
    const run = await forceFailRun(sql, request, actor);
    if (run !== null) notifier.revoked([run.id]);
    return run;
  };
  const failLater = (request: ForceFailRequest, actor: Actor): void => {
    // The sweep repeats what fails here.
    setTimeout(() => void failNow(request, actor).catch(() => {}), request.graceMs + TIMER_SLACK_MS).unref();
  };

  return {
    previewCleanup: () => previewStalledRuns(sql, stalledAfterMs),

    cleanUpStalled: async (actor, runIds) => {
      const runs = await inBatches(MAX_RECOVERED, () => recoverStalledRuns(sql, stalledAfterMs, actor, runIds));
      if (runs.length > 0) notifier.queued();
      notifier.revoked(runs.map((run) => run.id));
      return runs;
    },

    forceFail: async (runId, actor, { reason, graceMs = forceFailAfterMs } = {}) => {
      const request = { runId, reason: storableReason(reason), graceMs };
      const overdue = await failNow(request, actor);
      if (overdue !== null) return overdue;
      const requested = await requestForceFail(sql, request, actor);
      if (requested === null) throw await refusal(sql, runId);
      notifier.cancelRequested(runId);
      if (graceMs === 0) return (await failNow(request, actor)) ?? requested;
      failLater(request, actor);
      return requested;
    },

    previewEmergency: () => previewEmergencyFail(sql),

    emergencyFail: async ({ startedBefore, reason }, actor) => {
      const request = { startedBefore, reason: storableReason(reason) };
      const runs = await inBatches(MAX_FAILED, () => emergencyFailRuns(sql, request, actor));
      notifier.revoked(runs.map((run) => run.id));
      return runs;
    },
  };
}

/** A timer may be early by the database's clock. */
const TIMER_SLACK_MS = 50;

async function refusal(sql: Sql, runId: string): Promise<Error> {
  const run = await readRun(sql, runId);
  return run === null ? unknownRun(runId) : notAllowed('forceFail', runId, run.status);
}

const REASON_CHARS = 300;

const storableReason = (reason: string | undefined): string | null => storableText(reason ?? '', REASON_CHARS) || null;
