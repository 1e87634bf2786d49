import { randomUUID } from 'node:crypto';
import { retryOnContention } from '@job-manager/client/retry-on-contention';
import type { TerminalStatus } from '@job-manager/shared/run';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Notifier } from '../store/notifier.js';
import { readViolations } from '../store/violations.js';
import { createTestDatabase, type TestDatabase } from '../testing/database.js';
import { TestGraph } from '../testing/graph.js';
import { size } from '../testing/size.js';
import { Completions } from './completions.js';
import { createExternalRuns } from './external/runs.js';
import { createQueue, type Queue } from './queue.js';
import { createRedaction } from './redaction.js';
import { createRegistry } from './registry.js';
import { SYSTEM } from './system-actor.js';
import type { Lease } from './transitions/beat.js';

let database: TestDatabase;
let sql: pg.Pool;
let graph: TestGraph;
let queue: Queue;
beforeAll(async () => {
  database = await createTestDatabase();
  sql = database.pool;
  graph = new TestGraph(sql);
  const registry = createRegistry([]);
  queue = createQueue({ sql, registry, notifier: new Notifier(sql), stalledAfterMs: 300_000, forceFailAfterMs: 0 });
});
afterAll(async () => {
  await database.drop();
});

/** The run that is ended, its batch, and the lease it was begun with. */
interface Target {
  id: string;
  batchId: string;
  lease: Lease;
}

describe('a statement that is stopped in a circle of waits is sent again', () => {
  const change = (id: string, set: string) => sql.query(`UPDATE "JobRun" SET ${set} WHERE id = $1`, [id]);
  const ways: Record<string, { isQueued?: true; end: (target: Target) => Promise<unknown> }> = {
    'to cancel a run': { isQueued: true, end: ({ id }) => queue.cancel(id, SYSTEM) },
    'to cancel a graph': { isQueued: true, end: ({ id }) => queue.cancelGraph(id, SYSTEM) },
    'to cancel a batch': { isQueued: true, end: ({ batchId }) => queue.cancelBatch(batchId, SYSTEM) },
    'to force-fail': {
      end: async ({ id }) => {
        await queue.cancel(id, SYSTEM);
        await queue.forceFail(id, SYSTEM);
      },
    },
    'to fail all': { end: () => queue.emergencyFail({ startedBefore: new Date(Date.now() + 60_000) }, SYSTEM) },
    'to recover stalled runs': {
      end: async ({ id }) => {
        await change(id, `"maxAttempts" = 1, "lastHeartbeatAt" = now() - interval '1 hour'`);
        await queue.cleanUpStalled(SYSTEM);
      },
    },
    'to end what an external program ran': {
      end: async ({ id, lease }) => {
        await change(id, '"inactivityTimeoutMs" = 60000');
        const options = {
          sql,
          registry: createRegistry([]),
          notifier: new Notifier(sql),
          redaction: createRedaction(''),
        };
        const external = createExternalRuns({
          ...options,
          maxActive: 10,
          maxInactiveMs: 3_600_000,
          inactiveAfterMs: 60_000,
          messagesPerRun: 10,
        });
        await external.end(lease, { status: 'FAILED', error: 'It broke' }, SYSTEM);
      },
    },
    'to record an outcome': {
      end: ({ lease }) => {
        const fail = (leases: Lease[]) => graph.finish(leases, 'FAILED').then(() => leases.map(() => true));
        const ignore = () => {};
        const completions = new Completions({
          write: fail,
          unwritten: false,
          simplify: () => null,
          onWaiting: ignore,
          onError: ignore,
        });
        return new Promise((settle) => completions.record(lease, settle));
      },
    },
  };

  it.each(Object.entries(ways))('%s', async (_, { isQueued, end }) => {
    const batch = await graph.addBatch(1);
    const id = String(batch.runIds[0]);
    const waiting = await graph.add({ after: [id] });
    const [lease = { id, leaseToken: '' }] = isQueued ? [] : await graph.begin(id);
    const other = new pg.Client(database.url);
    await other.connect();
    await other.query('SET deadlock_timeout = 60000');
    await other.query('BEGIN');
    await other.query('SELECT FROM "JobRun" WHERE id = $1 FOR UPDATE', [waiting]);
    const ending = end({ id, batchId: batch.id, lease });
    await vi.waitFor(
      async () => {
        const found = await database.pool.query(
          `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        expect(found.rowCount).toBe(1);
      },
      { interval: 5 },
    );
    await other.query('SELECT FROM "JobRun" WHERE id = $1 FOR UPDATE', [id]);
    await other.query('COMMIT');
    await ending;
    await other.end();
    expect((await graph.states(id, waiting))[1]).toBe('CANCELLED');
    expect(await readViolations(sql)).toEqual({});
  });
});

const RUNS = size(60, 480);
const WORKERS = 6;

/** Numbers from 0 up to `below`, the same ones each time. */
function numbers(seed: number): (below: number) => number {
  const random = fc.sample(fc.nat(1_000_000), { seed, numRuns: 5_000 });
  let next = 0;
  return (below) => (random[next++ % random.length] as number) % below;
}

it('settles everything when many end, fail and cancel what waits for one another and shares batches', async () => {
  const pick = numbers(7);
  const ids: string[] = [];
  for (let n = 0; n < RUNS; n++) {
    const after = Array.from({ length: n < 40 ? 0 : pick(4) }, () => String(ids[pick(n)]));
    ids.push(
      await graph.add({
        after: [...new Set(after)],
        when: pick(3) === 0 ? 'SUCCEEDED' : 'FINISHED',
        jobName: `job-${pick(3)}`,
      }),
    );
  }
  const batchOf = ids.map(() => pick(4));
  for (let n = 0; n < 4; n++)
    await graph.makeBatch(
      ids.filter((_, place) => batchOf[place] === n),
      'FINISHED',
    );

  const unfinished = async () =>
    (await sql.query(`SELECT count(*)::int AS runs FROM "JobRun" WHERE "finishedAt" IS NULL`)).rows[0].runs;
  const work = async (seed: number) => {
    const choose = numbers(seed);
    while ((await unfinished()) > 0) {
      const target = String(ids[choose(RUNS)]);
      const what = choose(40);
      if (what === 0) await queue.cancelGraph(target, SYSTEM).catch(unlessRefused);
      else if (what < 4) await queue.cancel(target, SYSTEM).catch(unlessRefused);
      else await endSome(choose);
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, (_, n) => work(n)));
  expect(await sql.query(`SELECT id FROM "JobRunBatch" WHERE "finishedAt" IS NULL`)).toMatchObject({ rows: [] });
  expect(await readViolations(sql)).toEqual({});
});

function unlessRefused(error: { code?: string }): void {
  if (error.code !== 'NOT_ALLOWED') throw error;
}

/** Claims a few and ends them together, in no particular order. */
async function endSome(choose: (below: number) => number): Promise<void> {
  const claimed = await retryOnContention(() => sql.query<Lease>(CLAIM, [1 + choose(8), randomUUID()]));
  const leases = claimed.rows.sort(() => choose(3) - 1);
  const status: TerminalStatus = choose(5) === 0 ? 'FAILED' : 'SUCCESS';
  if (leases.length > 0) await retryOnContention(() => graph.finish(leases, status));
}

const CLAIM = `
WITH due AS MATERIALIZED (
  SELECT id FROM "JobRun" WHERE status = 'QUEUED' AND NOT "isBlocked" ORDER BY random() LIMIT $1 FOR UPDATE SKIP LOCKED
)
UPDATE "JobRun" j
SET status = 'RUNNING', attempt = attempt + 1, "claimNo" = "claimNo" + 1, rev = rev + 1, "leaseToken" = gen_random_uuid(),
    "runnerId" = $2, "startedAt" = clock_timestamp(), "lastHeartbeatAt" = clock_timestamp()
FROM due WHERE j.id = due.id
RETURNING j.id, j."leaseToken"`;
