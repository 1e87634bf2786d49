import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createPool } from '@job-manager/backend/database/client';
import { QueueError } from '@job-manager/backend/queue/errors';
import { SYSTEM } from '@job-manager/backend/queue/queue';
import type { RunRow } from '@job-manager/backend/store/run-row';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type EngineHere, startEngineHere } from './world/engine-here.js';
import { FaultDatabase } from './world/fault-database.js';
import { createGatedJobs, type Gates } from './world/gated-jobs.js';
import { type Execution, executionsByRun, readLedger } from './world/ledger.js';
import { reportFinding } from './world/report.js';
import { size } from './world/size.js';
import { judge } from './world/verdict.js';

const RACES = size(400, 5_000);
const LEAST_OF_ORDER = size(40, 1_000);
/** Races at a time, each for a run of its own. */
const ROUND = 20;
/** A cancel comes at most so much earlier or later than what it races. */
const SPREAD_MS = 5;

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

it(`keeps its word whoever is first, cancel or claim, cancel or end (${RACES} races at ±${SPREAD_MS} ms)`, async () => {
  const claims: Race[] = [];
  const ends: Race[] = [];
  const [claimAim, endAim] = [new Aim(), new Aim()];
  while (claims.length + ends.length < RACES) {
    claims.push(...(await raceClaim(claimAim)));
    ends.push(...(await raceEnd(endAim)));
  }
  await untilQuiet();
  await engine.stop();

  const ledger = readLedger(join(folder, 'ledger'));
  const verdict = await judge({ sql: database.pool, ledger, acknowledged });
  expect(verdict.wrong).toEqual({});
  expect(await brokenPromises([...claims, ...ends], executionsByRun(ledger))).toEqual([]);
  const cancelFirst = (races: Race[], isFirst: (answer: Answer) => boolean) =>
    races.filter(({ answer }) => isFirst(answer)).length;
  const beforeClaim = cancelFirst(claims, (answer) => answer?.status === 'CANCELLED');
  const beforeEnd = cancelFirst(ends, (answer) => answer?.status === 'RUNNING');
  const race = (what: string, count: number) => ({ what, count, target: LEAST_OF_ORDER });
  reportFinding(
    'cancel against claim and end',
    [
      { what: `races at ±${SPREAD_MS} ms`, count: claims.length + ends.length, target: RACES },
      race('cancel before claim', beforeClaim),
      race('claim before cancel', claims.length - beforeClaim),
      race('cancel before end', beforeEnd),
      race('end before cancel', ends.length - beforeEnd),
    ],
    verdict,
  );
});

/** Moves the moment of cancels until they come first about half of the time, whatever statements take here. */
class Aim {
  leadMs = 0;

  adjust(cancelsFirst: number, races: number): void {
    this.leadMs += cancelsFirst * 2 > races ? 0.25 : -0.25;
  }

  /** When to cancel, if what it races comes after `SPREAD_MS`. */
  next(): number {
    return Math.max(0, SPREAD_MS + this.leadMs + (Math.random() * 2 - 1) * SPREAD_MS);
  }
}

async function raceClaim(aim: Aim): Promise<Race[]> {
  const runIds = await enqueue();
  const claims = engine.runners.map(async (runner) => {
    await delay(SPREAD_MS);
    await runner.tick();
  });
  const races = await raceAll(runIds, aim, ({ status }) => status === 'CANCELLED');
  await Promise.all(claims);
  openAll(runIds);
  return races;
}

async function raceEnd(aim: Aim): Promise<Race[]> {
  const runIds = await enqueue();
  await vi.waitFor(
    async () => {
      for (const runner of engine.runners) await runner.tick();
      expect(runIds.filter((id) => !gates.has(id))).toEqual([]);
    },
    { timeout: 30_000, interval: 5 },
  );
  const ends = delay(SPREAD_MS).then(() => openAll(runIds));
  const races = await raceAll(runIds, aim, ({ status }) => status === 'RUNNING');
  await ends;
  return races;
}

async function raceAll(runIds: string[], aim: Aim, isCancelFirst: (run: RunRow) => boolean): Promise<Race[]> {
  const races = await Promise.all(
    runIds.map(async (runId) => {
      await delay(aim.next());
      return { runId, answer: await cancel(runId) };
    }),
  );
  aim.adjust(races.filter(({ answer }) => answer && isCancelFirst(answer)).length, races.length);
  return races;
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

/** What a cancel promised and the run didn't keep. */
async function brokenPromises(races: Race[], executions: Map<string, Execution[]>): Promise<string[]> {
  const { rows } = await database.pool.query<{ id: string; status: string; claimNo: number }>(
    `SELECT id::text, status::text, "claimNo" FROM "JobRun"`,
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  return races.flatMap(({ runId, answer }) => {
    const run = byId.get(runId);
    if (!run) return [`#${runId} is gone`];
    const claimNos = (executions.get(runId) ?? []).map(({ claimNo }) => claimNo);
    const told = `#${runId}, cancelled as ${answer?.status ?? 'ended'} in claim ${answer?.claimNo}:`;
    const broken: string[] = [];
    if (!answer && run.status !== 'SUCCESS') broken.push(`${told} is ${run.status}`);
    if (answer?.status === 'CANCELLED' && run.status !== 'CANCELLED') broken.push(`${told} is ${run.status}`);
    // Its code never starts, or never again; and it is never queued again, or its claim would not be the last.
    if (answer && run.claimNo !== answer.claimNo) broken.push(`${told} was claimed again, ${run.claimNo} times`);
    if (answer && claimNos.some((claimNo) => claimNo > answer.claimNo)) broken.push(`${told} was begun again`);
    if (answer?.claimNo === 0 && claimNos.length > 0) broken.push(`${told} was begun`);
    return broken;
  });
}
