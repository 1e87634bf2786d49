import { randomUUID } from 'node:crypto';
import { queuedCap } from '@job-manager/shared/live';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPool } from '../../database/client.js';
import { readActiveSnapshot } from '../../store/active.js';
import { arrayLiteral } from '../../store/array-literal.js';
import { listChannels } from '../../store/channel-list.js';
import { readSystemState } from '../../store/health.js';
import { readUpcoming } from '../../store/queue-now.js';
import { readQueuePart } from '../../store/queue-page.js';
import type { Sql } from '../../store/sql.js';
import { readStats } from '../../store/stats.js';
import { createTestDatabase, type TestDatabase } from '../../testing/database.js';
import { beat } from './beat.js';
import { claim } from './claim.js';
import { claimById } from './claim-announced.js';
import { finishRuns } from './finish.js';
import { writeProgress } from './progress.js';
import { releaseRuns, snoozeRuns } from './release.js';
import { retryRuns } from './retry.js';
import { writeMessages } from './write-messages.js';

let database: TestDatabase;
/** One connection, as claims, outcomes and the live snapshot have them. */
let planned: pg.Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  planned = createPool(database.url, { max: 1, keepsPlans: true });
});
afterAll(async () => {
  await planned.end();
  await database.drop();
});
const rows = async (text: string, values: unknown[] = []) => (await database.pool.query(text, values)).rows;

const request = { runnerId: randomUUID(), jobNames: ['work'], most: 10 };
const suspects = { from: 0, to: 9 };
const leases = Array.from({ length: 10 }, (_, n) => ({ id: String(n + 1), leaseToken: randomUUID() }));
const failure = {
  ...{ claimNo: 1, error: 'Error: no', errorStack: null, metadata: null, metadataTruncated: false, steps: null },
  ...{
    progressPercent: null,
    progressMessage: null,
    isTimeOut: false,
    isCrash: false,
    isWorthRepeating: true,
    delayMs: 0,
  },
  usage: { childPid: null, cpuMs: null, peakMemoryBytes: null, maxLoopLagMs: null },
};
const outcome = {
  ...{
    status: 'SUCCESS' as const,
    error: null,
    errorStack: null,
    metadata: null,
    metadataTruncated: false,
    steps: null,
  },
  ...{ progressPercent: null, progressMessage: null, usage: failure.usage },
};
/** What the engine sends again and again, and how much of the queue it may read; the claim of suspects, which are few, no more than a lane. */
const statements: [name: string, send: (sql: Sql) => Promise<unknown>, maxRows: number][] = [
  ['picture', readActiveSnapshot, queuedCap + 1],
  ['stats', (sql) => readStats(sql, 60_000), queuedCap + 1],
  ['health', (sql) => readSystemState(sql, { stalledAfterMs: 1, slowJobs: [], slowAfterMs: 1 }), queuedCap + 1],
  ['channels', (sql) => listChannels(sql, []), 2 * queuedCap],
  ['queue page', (sql) => readQueuePart(sql, {}, { isBlocked: false, after: null, limit: 50 }), 200],
  ['upcoming', (sql) => readUpcoming(sql, 50), 200],
  [
    'finish',
    (sql) =>
      finishRuns(
        sql,
        leases.map((lease) => ({ ...outcome, ...lease })),
      ),
    100,
  ],
  ['claim', (sql) => claim(sql, request), 100],
  ['release', (sql) => releaseRuns(sql, leases), 100],
  [
    'retry',
    (sql) =>
      retryRuns(
        sql,
        leases.map((lease) => ({ ...failure, ...lease })),
      ),
    100,
  ],
  ['claim of suspects', (sql) => claim(sql, { ...request, suspects }), queuedCap + 10],
];

/** Ten thousand runs more than are counted, in two lanes, two of the last of them suspects. */
async function fill(): Promise<void> {
  await rows(
    `INSERT INTO "JobRun" ("jobName", channel, priority) SELECT 'work', channel, 0 FROM unnest(ARRAY['default', 'mail']) channel, generate_series(1, $1::int)`,
    [queuedCap],
  );
  await rows(
    `INSERT INTO "SuspectRun" ("runId", losses) SELECT id, 1 FROM "JobRun" WHERE status = 'QUEUED' ORDER BY id DESC LIMIT 2 ON CONFLICT DO NOTHING`,
  );
}
/** Ends all but the last ten, and leaves their dead rows. */
const drain = () =>
  rows(`UPDATE "JobRun" SET status = 'CANCELLED', "finishedAt" = clock_timestamp()
    WHERE "finishedAt" IS NULL AND id < (SELECT max(id) - 9 FROM "JobRun")`);

/** Each begins where the one before it ends. */
const states: [statistics: string, come: () => Promise<unknown>][] = [
  ['of an empty table, before 20,000 runs came', fill],
  ['of an empty table, after they have gone', drain],
  ['of ten runs among dead rows', () => rows('ANALYZE "JobRun"')],
  ['of ten runs among dead rows, before 20,000 came', fill],
  ['of 20,000 runs', () => rows('ANALYZE "JobRun"')],
  [
    'of ten runs in a clean table, before 20,000 came',
    () =>
      drain()
        .then(() => rows('VACUUM ANALYZE "JobRun_active"'))
        .then(fill),
  ],
];

it('Reads no more of the queue than is needed, whatever the statistics', async () => {
  await rows('ANALYZE "JobRun"');
  const calls = await prepare();
  await readMost(calls);
  const tooMuch: string[] = [];
  for (const [statistics, come] of states) {
    await come();
    const kept = await readMost(calls);
    await planned.query('DISCARD PLANS');
    const anew = await readMost(calls);
    for (const [name, , most] of statements) {
      const read = Math.max(kept.get(name) ?? 0, anew.get(name) ?? 0);
      if (read > most) tooMuch.push(`${name} reads ${read} runs with statistics ${statistics}`);
    }
  }
  expect(tooMuch).toEqual([]);
});

const [lease] = leases;
if (!lease) throw new Error('There are leases');
/**
 * What runners send about runs that they claim or hold. A retry is missing: for a run that has ended it reads the
 * result.
 */
const ofActiveRuns: [name: string, send: (sql: Sql) => Promise<unknown>][] = [
  ['claim', (sql) => claim(sql, request)],
  ['claim of suspects', (sql) => claim(sql, { ...request, suspects })],
  ['claim of one run', (sql) => claimById(sql, '1', request)],
  [
    'beat',
    (sql) => beat(sql, { runnerId: request.runnerId, leases, loopLagMs: 0, lastClaimAgoMs: 0, lastProgressAgoMs: 0 }),
  ],
  ['progress', (sql) => writeProgress(sql, [{ ...lease, percent: 1, message: null, steps: null }])],
  [
    'messages',
    (sql) =>
      writeMessages(sql, [{ ...lease, lines: [{ level: 'INFO', message: 'a', data: null }], callKey: null }], 100),
  ],
  ['finish', (sql) => finishRuns(sql, [{ ...outcome, ...lease }])],
  ['release', (sql) => releaseRuns(sql, leases)],
  ['snooze', (sql) => snoozeRuns(sql, [{ ...lease, claimNo: 1, delayMs: 1, reason: null }])],
];

it.each(ofActiveRuns)('%s reads only the partition of active runs', async (_name, send) => {
  const { text, values } = await firstOf(send);
  const [plan] = await rows(`EXPLAIN (FORMAT JSON) ${text}`, values);
  const read = relationsOf(plan['QUERY PLAN'][0].Plan).filter((name) => /^JobRun_(active|before|\d)/.test(name));
  expect([...new Set(read)]).toEqual(['JobRun_active']);
});

type Statement = { text: string; values?: unknown[] };

/** The first statement that is sent, and is not answered. */
async function firstOf(send: (sql: Sql) => Promise<unknown>): Promise<Statement> {
  let first: Statement | undefined;
  const query = async (text: string | Statement, values?: unknown[]) => {
    first ??= typeof text === 'string' ? { text, values } : text;
    throw new Error('not sent');
  };
  await send({ query } as unknown as Sql).catch(() => {});
  if (!first) throw new Error('Nothing is sent');
  return first;
}

/** Prepares the first statement that each of them sends, and returns how it is executed. */
async function prepare(): Promise<Map<string, string>> {
  const calls = new Map<string, string>();
  for (const [name, send] of statements) {
    const first = await firstOf(send);
    await planned.query(`PREPARE ${pg.escapeIdentifier(name)} AS ${first.text}`);
    const given = (first.values ?? []).map(asLiteral).join(', ');
    calls.set(name, `${pg.escapeIdentifier(name)}${given && `(${given})`}`);
  }
  return calls;
}

const asLiteral = (value: unknown): string =>
  value === null ? 'NULL' : pg.escapeLiteral(Array.isArray(value) ? arrayLiteral(value) : String(value));

interface PlanNode {
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Relation Name'?: string;
  /** Of an update, where there are several. */
  'Target Tables'?: PlanNode[];
  Plans?: PlanNode[];
}

/** The most rows that a part of each statement comes by. Nothing is changed. */
async function readMost(calls: Map<string, string>): Promise<Map<string, number>> {
  const read = new Map<string, number>();
  for (const [name, call] of calls) {
    await planned.query('BEGIN');
    const explained = await planned.query(`EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) EXECUTE ${call}`);
    await planned.query('ROLLBACK');
    read.set(name, Math.max(...rowsOf(explained.rows[0]['QUERY PLAN'][0].Plan)));
  }
  return read;
}

const rowsOf = (node: PlanNode): number[] => [
  (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'],
  ...(node.Plans ?? []).flatMap(rowsOf),
];

const relationsOf = (node: PlanNode): string[] => [
  ...(node['Relation Name'] === undefined ? [] : [node['Relation Name']]),
  ...[...(node['Target Tables'] ?? []), ...(node.Plans ?? [])].flatMap(relationsOf),
];
