import type { MessageLevel } from '@job-manager/shared/message';
import { arrayLiteral } from '../../store/array-literal.js';
import type { Sql } from '../../store/sql.js';
import type { MessageLine } from '../message-line.js';
import type { Lease } from './beat.js';

/** Messages of one run, in the order they were written. */
export interface MessageBatch extends Lease {
  lines: readonly MessageLine[];
  /**
   * How many earlier messages were dropped before they were written; they have numbers and are counted all the same.
   */
  lost?: Readonly<Record<MessageLevel, number>>;
  /** The same batch under the same key is written once, however often it is sent. */
  callKey: string | null;
}

/**
 * The part of the limit per run that is freed at once beyond it: removing messages one by one would read all of them
 * each time.
 */
const FREED_AT_ONCE = 0.05;

/**
 * Writes messages of several runs and returns the tokens of those whose lease holds; the others' are dropped. A run
 * keeps `maxPerRun` of them: beyond that the oldest of the least severe are removed, new ones included, and counted.
 */
export async function writeMessages(
  sql: Sql,
  batches: readonly MessageBatch[],
  maxPerRun: number,
): Promise<Set<string>> {
  const held = await sql.query<{ token: string }>({
    name: 'write-messages',
    text: WRITE,
    values: [
      batches.map(({ id }) => id),
      batches.map(({ leaseToken }) => leaseToken),
      batches.map(({ callKey }) => callKey),
      batches.map(({ lost }) => (lost ? lost.INFO + lost.WARN + lost.ERROR : 0)),
      batches.map((batch) => batch.lines.length),
      batches.map((batch) => countOf(batch, 'WARN')),
      batches.map((batch) => countOf(batch, 'ERROR')),
      ofLines(batches, (_line, batch) => batch + 1),
      ofLines(batches, (_line, _batch, at) => at + 1),
      ofLines(batches, ({ level }) => level),
      ofLines(batches, ({ message }) => message),
      ofLines(batches, ({ data }) => data),
      maxPerRun,
      Math.max(1, Math.floor(maxPerRun * (1 - FREED_AT_ONCE))),
    ],
  });
  return new Set(held.rows.map((row) => row.token));
}

/** A value of every line, as PostgreSQL reads it. */
function ofLines(
  batches: readonly MessageBatch[],
  read: (line: MessageLine, batch: number, at: number) => string | number | null,
): string {
  return arrayLiteral(batches.flatMap(({ lines }, batch) => lines.map((line, at) => read(line, batch, at))));
}

const countOf = ({ lines, lost }: MessageBatch, level: MessageLevel): number =>
  lines.filter((line) => line.level === level).length + (lost?.[level] ?? 0);

// Numbers are given while the run's row is locked, so their order is the order of commits, for the product's own
// notes as well. What had to go before it was written takes numbers too: rows and dropped ones make up the count.
// The dropped are counted from what was really removed, since another statement may have removed some of them
// while this one waited for the lock.
const WRITE = `
WITH batch AS MATERIALIZED (
  SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::text[], $4::int[], $5::int[], $6::int[], $7::int[]) WITH ORDINALITY
    AS batch(id, token, "callKey", lost, written, warnings, errors, no)
), held AS MATERIALIZED (
  SELECT j.id, batch.token, j.attempt, j."messageCount" AS before, j."messageCount" - j."droppedMessages" AS kept
  FROM "JobRun" j JOIN batch ON j.id = batch.id AND j."leaseToken" = batch.token
  WHERE j.status = 'RUNNING' AND j."finishedAt" IS NULL ORDER BY j.id FOR UPDATE OF j
), moment AS MATERIALIZED (SELECT clock_timestamp() AS at FROM (SELECT count(*) FROM held) locked
), fresh AS MATERIALIZED (
  SELECT held.*, batch.no, batch."callKey", batch.lost, batch.written, batch.warnings, batch.errors FROM held JOIN batch USING (id, token)
  WHERE NOT EXISTS (SELECT FROM "JobRunMessage" m WHERE m."runId" = batch.id AND m."callKey" = batch."callKey")
), line AS MATERIALIZED (
  SELECT fresh.id, fresh.before + fresh.lost + line.n AS seq, fresh.attempt, line.level::"JobRunMessageLevel" AS level,
    line.message, line.data::jsonb AS data, CASE line.n WHEN 1 THEN fresh."callKey" END AS "callKey"
  FROM unnest($8::bigint[], $9::int[], $10::text[], $11::text[], $12::text[]) AS line(no, n, level, message, data)
    JOIN fresh USING (no)
), surplus AS MATERIALIZED (
  SELECT fresh.id, first.seq FROM fresh CROSS JOIN LATERAL (
    SELECT seq FROM (
      SELECT seq, level FROM "JobRunMessage" m WHERE m."runId" = fresh.id
      UNION ALL SELECT seq, level FROM line WHERE line.id = fresh.id
    ) kept ORDER BY level, seq LIMIT fresh.kept + fresh.written - $14::int
  ) first
  WHERE fresh.kept + fresh.written > $13::int
), removed AS (
  DELETE FROM "JobRunMessage" m USING surplus WHERE m."runId" = surplus.id AND m.seq = surplus.seq RETURNING m."runId" AS id
), written AS (
  INSERT INTO "JobRunMessage" ("runId", seq, at, attempt, level, source, message, data, "callKey")
  SELECT id, seq, moment.at, attempt, level, 'JOB', message, data, "callKey" FROM line, moment
  WHERE NOT EXISTS (SELECT FROM surplus WHERE surplus.id = line.id AND surplus.seq = line.seq)
  RETURNING "runId" AS id
), counted AS (
  UPDATE "JobRun" j
  SET "messageCount" = j."messageCount" + fresh.lost + fresh.written, "warningCount" = j."warningCount" + fresh.warnings,
      "errorCount" = j."errorCount" + fresh.errors, rev = j.rev + 1,
      "droppedMessages" = j."droppedMessages" + fresh.lost + (SELECT count(*) FROM removed WHERE removed.id = fresh.id)::int
        + fresh.written - (SELECT count(*) FROM written WHERE written.id = fresh.id)::int
  FROM fresh WHERE j.id = fresh.id AND j."finishedAt" IS NULL
)
SELECT token FROM held`;
