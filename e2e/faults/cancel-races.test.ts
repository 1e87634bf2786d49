import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createPool } from '@job-manager/engine/database/client';
import { QueueError } from '@job-manager/engine/queue/errors';
import { SYSTEM } from '@job-manager/engine/queue/system-actor';
import type { RunRow } from '@job-manager/engine/store/run-row';
import { size } from '@job-manager/engine/testing/size';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type EngineHere, startEngineHere } from './world/engine-here.js';
import { FaultDatabase } from './world/fault-database.js';
import { createGatedJobs, type Gates } from './world/gated-jobs.js';
import { type Execution, executionsByRun, readLedger } from './world/ledger.js';
import { reportFinding } from './world/report.js';
import { judge } from './world/verdict.js';

const RACES = size(200, 5_000);
const MIN_OF_ORDER = size(20, 1_000);
/** Races at a time, each for a run of its own. */
const ROUND = 20;
/** A cancel comes at most so much earlier or later than what it races. */
const SPREAD_MS = 5;
/** Until then all callers wait: an aim may well be earlier than the claim or end it is for. */
const START_MS = 30;
const STEP_MS = 0.5;

/** What a cancel was answered, and so who came first; undefined where the run had ended. */
type Answer = RunRow | undefined;

interface Race {
  runId: string;
  answer: Answer;
}

let folder: string;
let database: FaultDatabase;
let pool: ReturnType<typeof createPool>;
let engine: EngineHere;
const gates: Gates = new Map();
const acknowledged: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'job-manager-races-'));
  // PostgreSQL may run under another account, which must be able to enter.
  await chmod(folder, 0o755);
  await writeFile(join(folder, 'ledger'), '');
  database = await FaultDatabase.start(folder);
  pool = createPool(database.url, { max: ROUND + 10, statementTimeoutMs: 30_000 });
  const jobs = createGatedJobs(folder, gates);
  engine = await startEngineHere({
    sql: pool,
    databaseUrl: database.url,
    folder,
    runners: 2,
    jobs,
    claimsByHand: true,
  });
});
afterAll(async () => {
  await pool?.end();
  await database?.close();
  await rm(folder, { recursive: true, force: true });
});

it(`keeps what it answered whichever is first, cancel or claim, cancel or end (${RACES} races at ±${SPREAD_MS} ms)`, async () => {
  const claims = new Heat((answer) => answer?.status === 'CANCELLED');
  const ends = new Heat((answer) => answer?.status === 'RUNNING');
  const isEnough = () => claims.size + ends.size >= RACES && Math.min(claims.least, ends.least) >= MIN_OF_ORDER;
  while (!isEnough() && claims.size + ends.size < RACES * 2) {
    await raceClaim(claims);
    await raceEnd(ends);
  }
  await untilQuiet();
  await engine.stop();

  const ledger = readLedger(join(folder, 'ledger'));
  const verdict = await judge({ sql: database.pool, ledger, acknowledged });
  expect(verdict.wrong).toEqual({});
  expect(await brokenPromises([...claims.races, ...ends.races], executionsByRun(ledger))).toEqual([]);
  const race = (what: string, count: number) => ({ what, count, target: MIN_OF_ORDER, isPart: true as const });
  reportFinding(
    'cancel against claim and end',
    [
      { what: `races at ±${SPREAD_MS} ms`, count: claims.size + ends.size, target: RACES },
      race('cancel before claim', claims.cancelsFirst),
      race('claim before cancel', claims.size - claims.cancelsFirst),
      race('cancel before end', ends.cancelsFirst),
      race('end before cancel', ends.size - ends.cancelsFirst),
    ],
    verdict,
  );
});

/**
 * Races of one kind. Moves the moment of cancels until they come first half of the time, whatever statements take here.
 */
class Heat {
  readonly races: Race[] = [];
  cancelsFirst = 0;
  #leadMs = 0;

  constructor(private readonly isCancelFirst: (answer: Answer) => boolean) {}

  get size(): number {
    return this.races.length;
  }

  /** How often that order was seen that was seen less often. */
  get least(): number {
    return Math.min(this.cancelsFirst, this.size - this.cancelsFirst);
  }

  /** Cancels each of them around the time that is `START_MS` from now. */
  async cancelAll(runIds: string[]): Promise<void> {
    const races = await Promise.all(
      runIds.map(async (runId) => {
        await delay(Math.max(0, START_MS + this.#leadMs + (Math.random() * 2 - 1) * SPREAD_MS));
        return { runId, answer: await cancel(runId) };
      }),
    );
    const cancelsFirst = races.filter(({ answer }) => this.isCancelFirst(answer)).length;
    this.races.push(...races);
    this.cancelsFirst += cancelsFirst;
    this.#leadMs += cancelsFirst * 2 > races.length ? STEP_MS : -STEP_MS;
  }
}

async function raceClaim(heat: Heat): Promise<void> {
  const runIds = await enqueue();
  const claims = engine.runners.map(async (runner) => {
    await delay(START_MS);
    await runner.tick();
  });
  await heat.cancelAll(runIds);
  await Promise.all(claims);
  openAll(runIds);
}

async function raceEnd(heat: Heat): Promise<void> {
  const runIds = await enqueue();
  await vi.waitFor(
    async () => {
      for (const runner of engine.runners) await runner.tick();
      expect(runIds.filter((id) => !gates.has(id))).toEqual([]);
    },
    { timeout: 30_000, interval: 5 },
  );
  const ends = delay(START_MS).then(() => openAll(runIds));
  await heat.cancelAll(runIds);
  await ends;
}

async function cancel(runId: string): Promise<Answer> {
  try {
    return await engine.queue.cancel(runId, SYSTEM);
  } catch (error) {
    if (error instanceof QueueError) return undefined;
    throw error;
  }
}

async function enqueue(): Promise<string[]> {
  const jobNames = ['ends', 'obeys', 'fails'];
  const runs = await Promise.all(
    Array.from({ length: ROUND }, (_, index) =>
      engine.queue.enqueue({ jobName: jobNames[index % 3] ?? '', parameters: {}, trigger: 'MANUAL' }, SYSTEM),
    ),
  );
  const runIds = runs.map(({ run }) => run.id);
  acknowledged.push(...runIds);
  return runIds;
}

function openAll(runIds: string[]): void {
  for (const runId of runIds) {
    gates.get(runId)?.();
    // One that begins later finds its gate open.
    gates.set(runId, () => {});
  }
}

async function untilQuiet(): Promise<void> {
  await vi.waitFor(
    async () => {
      for (const runner of engine.runners) await runner.tick();
      const { rows } = await database.pool.query(
        `SELECT id FROM "JobRun" WHERE status IN ('QUEUED', 'RUNNING') LIMIT 5`,
      );
      expect(rows).toEqual([]);
    },
    { timeout: 60_000, interval: 50 },
  );
}

/** Cancels whose answer the run contradicts. */
async function brokenPromises(races: Race[], executions: Map<string, Execution[]>): Promise<string[]> {
  const { rows } = await database.pool.query<{ id: string; status: string; claimNo: number }>(
    `SELECT id::text, status::text, "claimNo" FROM "JobRun"`,
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  return races.flatMap(({ runId, answer }) => {
    const run = byId.get(runId);
    if (!run) return [`#${runId} is gone`];
    const claimNos = (executions.get(runId) ?? []).map(({ claimNo }) => claimNo);
    const subject = `#${runId}, cancelled as ${answer?.status ?? 'ended'} in claim ${answer?.claimNo}:`;
    const broken: string[] = [];
    if (!answer && run.status !== 'SUCCESS') broken.push(`${subject} is ${run.status}`);
    if (answer?.status === 'CANCELLED' && run.status !== 'CANCELLED') broken.push(`${subject} is ${run.status}`);
    // Its code never starts, or never again; and it is never queued again, or its claim would not be the last.
    if (answer && run.claimNo !== answer.claimNo) broken.push(`${subject} was claimed again, ${run.claimNo} times`);
    if (answer && claimNos.some((claimNo) => claimNo > answer.claimNo)) broken.push(`${subject} was begun again`);
    if (answer?.claimNo === 0 && claimNos.length > 0) broken.push(`${subject} was begun`);
    return broken;
  });
}
