import { fileURLToPath } from 'node:url';
import { type CompiledPrograms, compilePrograms } from '@job-manager/engine/testing/compiled-programs';
import { isFull, size } from '@job-manager/engine/testing/size';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { RunRequest } from '../../backend/client/src/index.js';
import { plainDeaths } from './poison/plain-jobs.js';
import { expectWithin } from './world/machine.js';
import type { Program } from './world/program.js';
import { reportFinding } from './world/report.js';
import { type RunnerOptions, World } from './world/world.js';

const RUNNER = new URL('./poison/plain-runner.ts', import.meta.url);
const JOBS = new URL('./poison/plain-jobs.ts', import.meta.url);
const RUN_MS = 100;
const SOUND = size(120, 40_000);
const KILLERS = size(3, 5);
/** Where each killer takes down runners and no other processes. */
const SOUND_ALONE = size(20, 1_000);
const KILLERS_ALONE = size(1, 5);
/** Of the time that the same runs take without poison: nine tenths of the throughput. */
const MAX_SLOWDOWN = 1 / 0.9;

/** Runners and processes start as those of the packages do, which are compiled: from TypeScript a start takes three times as long. */
let programs: CompiledPrograms;
let program: string;
let world: World;
let stopKeeping = async () => {};
beforeAll(async () => {
  programs = await compilePrograms(RUNNER, JOBS);
  program = fileURLToPath(programs.urlOf(RUNNER));
  world = await World.create();
});
afterEach(() => stopKeeping());
afterAll(async () => {
  await world?.close();
  await programs?.remove();
});

it(`fails none of ${SOUND} runs beside ${KILLERS} that kill the runner`, async () => {
  const runners = keepRunners(size(2, 4), { concurrency: size(4, 10) });
  await world.untilKnown('killer');
  await timeOf(soundRuns(size(10, 40)));
  const withoutMs = await timeOf(soundRuns(SOUND / 2));
  const besideMs = await timeOf(mix(soundRuns(SOUND / 2), killers(KILLERS)));
  const verdict = await world.expectAllRight();
  expect(await wrongEnds()).toEqual([]);
  const slowdown = besideMs / withoutMs;
  // A small number of runs takes less time than a runner needs to start.
  if (isFull) expectWithin('time beside plain poison', slowdown, MAX_SLOWDOWN, 'times that without');
  const throughput = `throughput beside it ${Math.round(100 / slowdown)} % of that without`;
  const injected = { what: 'deaths of runners', count: runners.deaths, target: 1 };
  reportFinding('plain poison', injected, verdict, isFull ? [throughput] : []);
});

it(`fails none of ${SOUND_ALONE} runs beside ${KILLERS_ALONE} where jobs have no processes of their own`, async () => {
  const runners = keepRunners(2, { concurrency: 4, settings: { ALONE: '1' } });
  await world.untilKnown('killer');
  await timeOf(mix(soundRuns(SOUND_ALONE), killers(KILLERS_ALONE)));
  const verdict = await world.expectAllRight();
  expect(await wrongEnds()).toEqual([]);
  const injected = { what: 'deaths of runners', count: runners.deaths, target: 3 * KILLERS_ALONE + 1 };
  reportFinding('plain poison, alone', injected, verdict);
});

/** Starts another whenever one ends, until the end of the test. */
function keepRunners(count: number, options: RunnerOptions) {
  const kept = { deaths: 0 };
  const living = new Set<Program>();
  let isOver = false;
  const keep = async () => {
    while (!isOver) {
      const runner = world.startRunner({ ...options, program });
      living.add(runner);
      await runner.exited;
      living.delete(runner);
      if (!isOver) kept.deaths += 1;
    }
  };
  const keeping = Array.from({ length: count }, keep);
  stopKeeping = async () => {
    isOver = true;
    await Promise.all([...living].map((runner) => runner.stop()));
    await Promise.all(keeping);
  };
  return kept;
}

const soundRuns = (count: number): RunRequest[] =>
  Array.from({ length: count }, () => ({ jobName: 'sound', parameters: { ms: RUN_MS } }));

const killers = (count: number): RunRequest[] =>
  Array.from({ length: count }, (_, at) => ({
    jobName: 'killer',
    parameters: { death: plainDeaths[at % plainDeaths.length] },
  }));

/** Poison spread over the first three quarters, for the last of it is to be over before the rest is. */
function mix(sound: RunRequest[], poison: RunRequest[]): RunRequest[] {
  const every = Math.floor((0.75 * sound.length) / poison.length);
  return sound.flatMap((run, at) => (at % every === every - 1 ? [run, ...poison.splice(0, 1)] : [run]));
}

/** From the first sound run's start to the last one's end. */
async function timeOf(runs: RunRequest[]): Promise<number> {
  const ids = await world.enqueuer.enqueueMany(runs);
  await world.untilQuiet(size(200_000, 900_000));
  const { rows } = await world.database.pool.query<{ ms: number }>(
    `SELECT extract(epoch FROM max("finishedAt") - min("startedAt"))::float8 * 1000 AS ms FROM "JobRun"
     WHERE id = ANY($1) AND "jobName" = 'sound'`,
    [ids],
  );
  return rows[0]?.ms ?? Number.NaN;
}

/** Runs that ended otherwise than their kind has to. */
async function wrongEnds(): Promise<string[]> {
  const { rows } = await world.database.pool.query(
    `SELECT id, "jobName", status, error, crashes FROM "JobRun"
     WHERE CASE "jobName" WHEN 'killer' THEN status <> 'FAILED' OR crashes <> 3 OR error NOT LIKE 'Stopped as poison%'
       ELSE status <> 'SUCCESS' END`,
  );
  return rows.map((row) => JSON.stringify(row));
}
