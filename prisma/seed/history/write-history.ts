import { randomBytes } from 'node:crypto';
import { countEnded } from '@job-manager/engine/queue/transitions/count';
import type { Connection } from '../bulk-insert.js';
import { DAY_MS } from '../time.js';
import type { BatchDraft, Draft } from './draft.js';
import { createHistory } from './history.js';
import { type RunRows, toRunRows } from './run-rows.js';
import { insertAsJson, mark, SAMPLE } from './sample-rows.js';
import { writeChannels, writeSchedules } from './settings.js';

export interface HistoryOptions {
  seed: number;
  /** The end of the history. */
  until: Date;
  days: number;
  /** Who of the network asked for runs; at least two. */
  people: readonly number[];
}

/**
 * Writes runs that ended within the last days, with their attempts, messages, batches, counters and runners, and three schedules and two channels.
 * Each is marked, so that `removeHistory` finds it. Writes no run where there are any. Returns how many.
 */
export async function writeHistory(connection: Connection, options: HistoryOptions): Promise<number> {
  const { seed, until, days, people } = options;
  const { rows } = await connection.query('SELECT EXISTS (SELECT FROM "JobRun") AS "hasRuns"');
  if (rows[0]?.hasRuns === true) return 0;
  const drafts = createHistory({ from: until.getTime() - days * DAY_MS, until: until.getTime() }, seed);
  await writeChannels(connection, until);
  const runIds = await reserveIds(connection, 'JobRun', drafts);
  const scheduleIds = await writeSchedules(connection, { drafts, runIds, until });
  const batchIds = await writeBatches(connection, drafts);
  const tokenId = await writeToken(connection, people, until);
  const runnerIds = await writeRunners(connection, drafts, until);
  await writeRuns(connection, toRunRows(drafts, { runIds, batchIds, scheduleIds, people, tokenId, runnerIds }));
  await mark(connection, 'run', [...runIds.values()]);
  return drafts.length;
}

async function reserveIds<T>(connection: Connection, table: string, items: readonly T[]): Promise<Map<T, string>> {
  const { rows } = await connection.query(
    `SELECT nextval(pg_get_serial_sequence('"${table}"', 'id'))::text AS id FROM generate_series(1, $1::int) ORDER BY 1::bigint`,
    [items.length],
  );
  return new Map(items.map((item, n) => [item, String(rows[n]?.id)]));
}

async function writeBatches(connection: Connection, drafts: readonly Draft[]): Promise<Map<BatchDraft, string>> {
  const batches = [...new Set(drafts.flatMap(({ batch }) => batch ?? []))];
  const ids = await reserveIds(connection, 'JobRunBatch', batches);
  const rows = batches.map((batch) => {
    const members = drafts.filter((draft) => draft.batch === batch);
    const finishedAt = Math.max(...members.map(({ queuedAt, waitMs, workMs }) => queuedAt + waitMs + workMs));
    return {
      id: ids.get(batch),
      name: batch.name,
      total: members.length,
      createdAt: new Date(batch.createdAt),
      createdBy: SAMPLE,
      finishedAt: new Date(Math.ceil(finishedAt)),
    };
  });
  await insertAsJson(connection, 'JobRunBatch', rows);
  await mark(connection, 'batch', [...ids.values()]);
  return ids;
}

/** A token without a text that has its hash, and revoked. */
async function writeToken(connection: Connection, people: readonly number[], until: Date): Promise<string> {
  const { rows } = await connection.query(
    `INSERT INTO "ApiToken" (name, prefix, hash, permissions, "createdById", "createdAt", "lastUsedAt", "revokedAt")
     VALUES ('Sample application', 'sample', $1, '{run}', $2, $3::timestamptz - interval '30 days', $3, $3) RETURNING id`,
    [randomBytes(32).toString('hex'), people[0], until],
  );
  const id = String(rows[0]?.id);
  await mark(connection, 'token', [id]);
  return id;
}

/** One runner for each version that ran, and one for all else; stopped long since. */
async function writeRunners(
  connection: Connection,
  drafts: readonly Draft[],
  until: Date,
): Promise<Map<string, string>> {
  const versions = [...new Set(drafts.map(({ version = '' }) => version))];
  const { rows } = await connection.query(
    `INSERT INTO "Runner" (id, kind, status, host, pid, version, concurrency, "startedAt", "stoppedAt", "lastHeartbeatAt")
     SELECT gen_random_uuid(), 'WORKER', 'STOPPED', 'sample-host', 4000 + n, coalesce(nullif(version, ''), '1.0.0'), 10,
       $2::timestamptz - interval '14 days', $2, $2 FROM unnest($1::text[]) WITH ORDINALITY v (version, n) RETURNING id, pid`,
    [versions, until],
  );
  await mark(
    connection,
    'runner',
    rows.map(({ id }) => String(id)),
  );
  return new Map(versions.map((version, n) => [version, String(rows.find(({ pid }) => pid === 4_001 + n)?.id)]));
}

async function writeRuns(connection: Connection, rows: RunRows): Promise<void> {
  for (const [table, all] of Object.entries(rows)) await insertAsJson(connection, table, all);
  const written = '(SELECT * FROM "JobRun" WHERE id = ANY($1::bigint[])) written';
  await connection.query(`WITH counted AS (${countEnded(written)}) SELECT 1`, [rows.JobRun.map(({ id }) => id)]);
}
