import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '@job-manager/engine/config';
import type { createPool } from '@job-manager/engine/database/client';
import { createQueue } from '@job-manager/engine/queue/queue';
import { createRedaction, type Redaction } from '@job-manager/engine/queue/redaction';
import type { Registry } from '@job-manager/engine/queue/registry';
import { listJobSettings } from '@job-manager/engine/store/job-settings';
import { Notifier } from '@job-manager/engine/store/notifier';
import { readRun } from '@job-manager/engine/store/run';
import type { RunRow } from '@job-manager/engine/store/run-row';
import { checkInput, describeIssues } from '@job-manager/shared/check-input';
import { enqueueOptions, unique } from '@job-manager/shared/contract/enqueue-options';
import { isTerminal, type TerminalStatus } from '@job-manager/shared/run';
import * as z from 'zod';
import { presentRun } from '../../present/run.js';
import { hideSecrets } from '../../present/secrets.js';
import type { HasCode } from '../../present/waiting.js';
import { actorOf } from '../actor.js';
import type { Report } from './report.js';
import { UsageError } from './usage-error.js';

const LOOK_EVERY_MS = 300;

export interface QueuedRunOptions {
  pool: ReturnType<typeof createPool>;
  registry: Registry;
  jobName: string;
  parameters: Record<string, unknown>;
  /** How to queue it, as the API takes it. */
  queueing: Record<string, unknown>;
  report: Report;
  config: Config;
  /** How the audit log names the command. */
  program: string;
  /** What starts a runner. */
  startsRunner: string;
}

export interface QueuedRun {
  cancel(): Promise<void>;
  /** Follows the run to its end, whichever runner executes it. */
  wait(): Promise<TerminalStatus>;
}

/** Queues a run for any runner. Throws QueueError for parameters that don't fit. */
export async function queueRun(options: QueuedRunOptions): Promise<QueuedRun> {
  const { pool, registry, jobName, parameters, queueing, report, config, program, startsRunner } = options;
  const notifier = new Notifier(pool, config.DATABASE_SCHEMA);
  const stalledAfterMs = config.JOBS_STALLED_AFTER_MS;
  const redaction = createRedaction(config.JOBS_REDACT_KEYS);
  registry.setOverrides(await listJobSettings(pool));
  const queue = createQueue({ sql: pool, registry, notifier, stalledAfterMs });
  const request = { ...checkQueueing(queueing), jobName, parameters, trigger: 'MANUAL' as const };
  const actor = actorOf(program);
  const { run, isNew } = await queue.enqueue(request, actor);
  await notifier.flush();
  report.queued({ runId: run.id, jobName, parameters: hideSecrets(run.parameters, redaction) });
  if (!isNew) report.note(`Run #${run.id} has the key already; nothing new was queued.`);
  if (!(await hasRunner(pool))) report.note(`No runner is up; the run starts with the next one (${startsRunner}).`);
  return {
    cancel: async () => {
      await queue.cancel(run.id, actor);
      await notifier.flush();
    },
    wait: () => follow({ pool, runId: run.id, report, redaction, hasCode: (name) => name === jobName }),
  };
}

/** As the API checks it. Throws UsageError, which names the field. */
function checkQueueing(given: Record<string, unknown>) {
  const checked = checkInput(z.strictObject({ ...enqueueOptions, unique: unique.optional() }), given, 'option');
  if (checked.success) return checked.data;
  throw new UsageError(describeIssues(checked.issues));
}

async function hasRunner(pool: QueuedRunOptions['pool']): Promise<boolean> {
  const found = await pool.query(`SELECT FROM "Runner" WHERE status = 'ACTIVE' AND kind <> 'CLI' LIMIT 1`);
  return found.rowCount === 1;
}

interface Followed extends Pick<QueuedRunOptions, 'pool' | 'report'> {
  runId: string;
  redaction: Redaction;
  hasCode: HasCode;
}

async function follow({ pool, runId, report, redaction, hasCode }: Followed): Promise<TerminalStatus> {
  let claimNo = 0;
  let waitsBecause: string | undefined;
  for (;;) {
    const run = await readRun(pool, runId);
    if (!run) throw new Error(`Run #${runId} is gone`);
    if (isTerminal(run.status)) return end(run, run.status, report);
    if (run.claimNo > claimNo)
      report.started({ runId, jobName: run.jobName, parameters: hideSecrets(run.parameters, redaction) });
    claimNo = run.claimNo;
    if (run.status === 'RUNNING') report.progress(run.progressPercent, run.progressMessage);
    const { waiting, error } = presentRun(run, redaction, hasCode);
    // Shown when the reason changes, not with each run that leaves the line before it.
    if (waiting && waiting.reason !== waitsBecause) report.note([waiting.message, error].filter(Boolean).join(' '));
    waitsBecause = waiting?.reason;
    await delay(LOOK_EVERY_MS);
  }
}

function end(run: RunRow, status: TerminalStatus, report: Report): TerminalStatus {
  report.ended({ runId: run.id, status, error: run.error, metadata: run.metadata });
  return status;
}
