import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createPool } from '@job-manager/engine/database/client';
import { QueueError } from '@job-manager/engine/queue/errors';
import { SYSTEM } from '@job-manager/engine/queue/system-actor';
import type { RunRow } from '@job-manager/engine/store/run-row';
import { size } from '@job-manager/engine/testing/size';
import { problemOf } from '@job-manager/server/http/problem-of';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type EngineHere, startEngineHere } from './world/engine-here.js';
import { FaultDatabase } from './world/fault-database.js';
import { FaultySql } from './world/faulty-sql.js';
import type { Injection } from './world/finding.js';
import { readLedger } from './world/ledger.js';
import { reportFinding } from './world/report.js';
import { judge } from './world/verdict.js';

const STATEMENTS = size(2_000, 200_000);
/** A machine that doesn't get as far in this time continues until it has the minimum; how far it got is reported. */
const MAX_MS = 35_000;
const MIN_STATEMENTS = size(2_000, 20_000);
const RATE = 0.05;
const FEEDERS = 24;
/** More would only wait in line. */
const MAX_WAITING = 2_000;

const seed = Number(process.env.FAULTS_SEED ?? Math.floor(Math.random() * 2 ** 31));
let folder: string;
let database: FaultDatabase;
let engine: EngineHere;
let sql: FaultySql;
const acknowledged = new Map<string, string>();
const misunderstood: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'job-manager-errors-'));
  // PostgreSQL may run under another account, which must be able to enter.
  await chmod(folder, 0o755);
  await writeFile(join(folder, 'ledger'), '');
  database = await FaultDatabase.start(folder);
  const pool = createPool(database.url, { max: 30, statementTimeoutMs: 30_000 });
  sql = new FaultySql(pool, { seed, rate: RATE });
  engine = await startEngineHere({ sql, databaseUrl: database.url, folder, runners: 3 });
});
afterAll(async () => {
  await database?.close();
  await rm(folder, { recursive: true, force: true });
});

it(`loses and doubles nothing when one of twenty statements fails (${STATEMENTS} statements, seed ${seed})`, async () => {
  await feed();
  const { statements } = sql;
  sql.rate = 0;
  await untilQuiet();
  await engine.stop();

  const verdict = await judge({
    sql: database.pool,
    ledger: readLedger(join(folder, 'ledger')),
    acknowledged: [...acknowledged.values()],
  });
  expect(verdict.wrong).toEqual({});
  expect(misunderstood).toEqual([]);
  reportFinding('SQL errors', injections(), verdict, [
    `${statements} statements, seed ${seed}`,
    `${verdict.claims} claims`,
    `${verdict.brokenOff} executions broken off`,
  ]);
});

/** Each error, in its part of one twentieth of the statements that must have gone by. */
function injections(): Injection[] {
  // A quarter of the expected number: random draws vary.
  const target = Math.floor((MIN_STATEMENTS * RATE) / Object.keys(sql.injected).length / 4);
  return Object.entries(sql.injected).map(([code, { before, after }]) => ({
    what: `errors ${code}, ${after} of them after execution`,
    count: before + after,
    target,
  }));
}

/** Queues runs and cancels some, each requested until it is acknowledged, until enough statements have gone by. */
async function feed(): Promise<void> {
  let ended = 0;
  engine.events.on('runEnded', () => {
    ended += 1;
  });
  const until = performance.now() + MAX_MS;
  const isOver = () => sql.statements >= (performance.now() > until ? MIN_STATEMENTS : STATEMENTS);
  const feeder = async () => {
    while (!isOver()) {
      if (acknowledged.size - ended > MAX_WAITING) await delay(10);
      else if (await enqueueAndPerhapsCancel()) ended += 1;
    }
  };
  await Promise.all(Array.from({ length: FEEDERS }, feeder));
}

/** Returns whether it was cancelled before it began. */
async function enqueueAndPerhapsCancel(): Promise<boolean> {
  const kind = Math.random();
  const jobName = kind < 0.6 ? 'wait' : kind < 0.8 ? 'fragile' : 'broken';
  const request = { jobName, parameters: { ms: Math.round(Math.random() * 6) }, trigger: 'API' as const };
  const idempotencyKey = randomUUID();
  const { run } = await untilAnswered(() => engine.queue.enqueue({ ...request, idempotencyKey }, SYSTEM));
  acknowledged.set(idempotencyKey, run.id);
  if (Math.random() > 0.1) return false;
  return (await untilAnswered(() => cancel(run.id)))?.status === 'CANCELLED';
}

/** Too late where the run has ended. */
async function cancel(runId: string): Promise<RunRow | null> {
  return engine.queue.cancel(runId, SYSTEM).catch((error: unknown) => {
    if (error instanceof QueueError && error.code === 'NOT_ALLOWED') return null;
    throw error;
  });
}

/** As a client of the API that retries when the answer requests it. Any other error is noted. */
async function untilAnswered<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (problemOf(error).code !== 'UNAVAILABLE') misunderstood.push(String(error));
    }
  }
}

async function untilQuiet(): Promise<void> {
  await vi.waitFor(
    async () => {
      const found = await database.pool.query(
        `SELECT count(*)::int AS runs FROM "JobRun" WHERE status IN ('QUEUED', 'RUNNING')`,
      );
      expect(found.rows).toEqual([{ runs: 0 }]);
    },
    { timeout: 120_000, interval: 50 },
  );
}
