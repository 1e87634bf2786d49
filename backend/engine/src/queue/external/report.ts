import { refusal } from '@job-manager/client/errors';
import type { MessageLevel } from '@job-manager/shared/message';
import type { Sql } from '../../store/sql.js';
import { QueueError } from '../errors.js';
import { type MessageLine, messageLine } from '../message-line.js';
import type { Redaction } from '../redaction.js';
import { storableProgress } from '../storable.js';
import {
  beatExternal,
  type ReportAnswer,
  readExternalProgress,
  writeExternalProgress,
} from '../transitions/external.js';
import { writeMessages } from '../transitions/write-messages.js';
import type { ExternalOptions } from './options.js';
import { type ProgressReport, progressAfter } from './progress.js';
import { type ReportedLease, refusalOf } from './refusal.js';

/** Concurrent reports of one run make each other compute again; each time one of them succeeds. */
const TRIES = 50;

/** Writes the progress of a run. Reads, computes, and writes unless the row has changed; so all reports count. */
export async function reportProgress(
  { sql, notifier, redaction }: ExternalOptions,
  lease: ReportedLease,
  report: ProgressReport,
): Promise<ReportAnswer> {
  const clean = withoutSecrets(report, redaction);
  for (let tries = 0; tries < TRIES; tries++) {
    const before = await readExternalProgress(sql, lease);
    if (!before) throw await refusalOf(sql, lease);
    const after = progressAfter(before, clean);
    const answer = await writeExternalProgress(sql, lease, after);
    if (!answer) continue;
    const { claimNo, percent, message } = after;
    notifier.progressed({ id: lease.id, claimNo, percent, message });
    if (after.steps !== before.steps) notifier.wroteMessages(lease.id);
    notifier.changed();
    return answer;
  }
  throw new QueueError('BUSY', `Too many reports on run #${lease.id} at once; send this one again.`);
}

function withoutSecrets(report: ProgressReport, redaction: Redaction): ProgressReport {
  const clean = <Reported extends { message?: string }>(reported: Reported): Reported =>
    reported.message === undefined ? reported : { ...reported, message: storableProgress(reported.message, redaction) };
  return { ...clean(report), steps: report.steps?.map(clean) };
}

/** A line as a program reports it. */
export interface ReportedLine {
  level: Lowercase<MessageLevel>;
  message: string;
  data?: Record<string, unknown>;
}

/** Writes messages, those of one `callKey` once. The heartbeat comes first: it checks whose run this is. */
export async function writeLines(
  { sql, notifier, redaction, messagesPerRun }: ExternalOptions,
  lease: ReportedLease,
  lines: ReportedLine[],
  callKey: string | null,
): Promise<ReportAnswer> {
  const answer = await beatExternal(sql, lease);
  if (!answer) throw await refusalOf(sql, lease);
  const stored = lines.map(({ level, message, data }) => messageLine(LEVELS[level], message, data, redaction));
  const held = await writeMessages(sql, [{ ...lease, lines: stored, callKey }], messagesPerRun).catch((error) => {
    if (isWrittenAlready(error)) return new Set([lease.leaseToken]);
    throw error;
  });
  if (held.size === 0) throw await refusalOf(sql, lease);
  if (callKey !== null) await refuseAnother(sql, lease, stored, callKey);
  notifier.wroteMessages(lease.id);
  notifier.changed();
  return answer;
}

/** Throws QueueError where the key of the call belongs to another call, whose first line is another one. */
async function refuseAnother(sql: Sql, { id }: ReportedLease, [first]: MessageLine[], callKey: string): Promise<void> {
  if (!first) return;
  const written = await sql.query<{ isSame: boolean }>(
    `SELECT level::text = $3 AND message = $4 AND data IS NOT DISTINCT FROM $5::jsonb AS "isSame"
     FROM "JobRunMessage" WHERE "runId" = $1::bigint AND "callKey" = $2`,
    [id, callKey, first.level, first.message, first.data],
  );
  if (written.rows[0]?.isSame === false) {
    throw refusal('DUPLICATE', 'idempotencyKey', 'was used for other messages; another call needs another key');
  }
}

const LEVELS = { info: 'INFO', warn: 'WARN', error: 'ERROR' } as const;

/** The same call arrived twice at once, and the other one was first. */
const isWrittenAlready = (error: { code?: unknown; constraint?: unknown }): boolean =>
  error.code === '23505' && error.constraint === 'JobRunMessage_callKey';
