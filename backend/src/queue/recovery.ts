import type { Notifier } from '../store/notifier.js';
import type { RunRow, RunSummaryRow } from '../store/run-row.js';
import type { Sql } from '../store/sql.js';
import type { Actor } from './queue.js';
import { storableText } from './storable.js';
import { emergencyFailRuns, MOST_FAILED, previewEmergencyFail } from './transitions/emergency-fail.js';
import { forceFailRun } from './transitions/force-fail.js';
import { inBatches } from './transitions/in-batches.js';
import { MOST_RECOVERED, previewStalledRuns, type RecoverableRun, recoverStalledRuns } from './transitions/recover.js';

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

/** What people may do for runs that don't help themselves. Refusals are QueueErrors. */
export interface Recovery {
  /** The runs that `cleanUpStalled` would take back now, what becomes of each, and why. */
  previewCleanup(): Promise<Preview<RecoverableRun>>;
  /** Takes back the runs whose runner or program has gone silent; with `runIds` only those among them. */
  cleanUpStalled(actor: Actor, runIds?: string[]): Promise<RunSummaryRow[]>;
  /** Fails a run that goes on some time after it was asked to stop; its runner can write nothing more. */
  forceFail(runId: string, actor: Actor, reason?: string): Promise<RunRow>;
  /** The runs that `emergencyFail` would fail. */
  previewEmergency(): Promise<Preview<RunSummaryRow>>;
  /** Fails all RUNNING runs; their runners can write nothing more about them. */
  emergencyFail(request: EmergencyRequest, actor: Actor): Promise<RunSummaryRow[]>;
}

export interface RecoveryOptions {
  sql: Sql;
  notifier: Notifier;
  /** Silence after which a run of ours is stalled. */
  stalledAfterMs: number;
  /** How long after its cancel a run may be force-failed; 30 s unless said otherwise. */
  forceFailAfterMs?: number;
}

export function createRecovery(options: RecoveryOptions): Recovery {
  const { sql, notifier, stalledAfterMs, forceFailAfterMs: afterMs = 30_000 } = options;
  return {
    previewCleanup: () => previewStalledRuns(sql, stalledAfterMs),

    cleanUpStalled: async (actor, runIds) => {
      const runs = await inBatches(MOST_RECOVERED, () => recoverStalledRuns(sql, stalledAfterMs, actor, runIds));
      if (runs.length > 0) notifier.queued();
      notifier.revoked(runs.map((run) => run.id));
      return runs;
    },

    forceFail: async (runId, actor, reason) => {
      const run = await forceFailRun(sql, { runId, reason: storableReason(reason), afterMs }, actor);
      notifier.revoked([runId]);
      return run;
    },

    previewEmergency: () => previewEmergencyFail(sql),

    emergencyFail: async ({ startedBefore, reason }, actor) => {
      const request = { startedBefore, reason: storableReason(reason) };
      const runs = await inBatches(MOST_FAILED, () => emergencyFailRuns(sql, request, actor));
      notifier.revoked(runs.map((run) => run.id));
      return runs;
    },
  };
}

const REASON_CHARS = 300;

const storableReason = (reason: string | undefined): string | null => storableText(reason ?? '', REASON_CHARS) || null;
