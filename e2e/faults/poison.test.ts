import { fileURLToPath } from 'node:url';
import { type CompiledPrograms, compilePrograms } from '@job-manager/engine/testing/compiled-programs';
import { isFull, size } from '@job-manager/engine/testing/size';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunRequest } from '../../backend/client/src/index.js';
import { deathNames, POISON_CHANNEL, toxins } from './poison/poison-jobs.js';
import { limitPerRunner } from './world/channel-limit.js';
import { expectWithin } from './world/machine.js';
import { reportFinding } from './world/report.js';
import { World } from './world/world.js';

const RUNNER = new URL('./poison/poison-runner.ts', import.meta.url);
const JOBS = new URL('./poison/poison-jobs.ts', import.meta.url);
const HEALTHY = size(120, 10_000);
/** Each takes down three processes. */
const DEADLY = size(2, 12);
const ENDLESS = size(1, 10);
const TOXIC = size(Object.keys(toxins).length, 480);
/** Of these together poison may take so many, and so much of the time of all. */
const SLOTS = 40;
const AT_ONCE = 1;
/** Of the time that the same runs take without poison: nine tenths of the throughput. */
const MAX_SLOWDOWN = 1 / 0.9;

/** Runners and processes start as those of the packages do, which are compiled: from TypeScript a start takes three times as long. */
let programs: CompiledPrograms;
let program: string;
let world: World;
beforeAll(async () => {
  programs = await compilePrograms(RUNNER, JOBS);
  program = fileURLToPath(programs.urlOf(RUNNER));
  world = await World.create();
});
afterAll(async () => {
  await world?.close();
  await programs?.remove();
});

it(`does ${HEALTHY} healthy runs while ${DEADLY + ENDLESS + TOXIC} others harm their processes`, async () => {
  await world.startRunners(1, { concurrency: SLOTS, program });
  await world.untilKnown('toxic');
  await limitPerRunner(world, POISON_CHANNEL, AT_ONCE);
  const aloneMs = await timeOf(healthyRuns(HEALTHY / 4), []);
  const besideMs = await timeOf(healthyRuns(HEALTHY / 2), isolatedPoison());
  const slowdown = besideMs / (2 * aloneMs);
  await timeOf(healthyRuns(HEALTHY / 4), poisonInside());

  const verdict = await world.expectAllRight();
  expect(await wrongEnds()).toEqual([]);
  expect(verdict.ended).toMatchObject({ CANCELLED: 0 });
  const died = await quarantined();
  expect(died).toEqual({ runs: DEADLY, least: 3, most: 3 });
  if (isFull) expectWithin('time beside isolated poison', slowdown, MAX_SLOWDOWN, 'times that without');
  const kinds = deathNames.length + 1 + Object.keys(toxins).length;
  const injected = [
    { what: `poisonous runs of ${kinds} kinds`, count: await countPoison(), target: DEADLY + ENDLESS + TOXIC },
    { what: 'deaths of processes', count: 3 * DEADLY + ENDLESS, target: 3 * DEADLY + ENDLESS },
  ];
  reportFinding('poison', injected, verdict, [
    `among ${HEALTHY} healthy runs, whose throughput was ${Math.round(100 / slowdown)} % of that without beside isolated poison`,
  ]);
});

const healthyRuns = (count: number): RunRequest[] =>
  Array.from({ length: count }, () => ({ jobName: 'fragile', parameters: { ms: 100 } }));

/** Of jobs with processes of their own. */
const isolatedPoison = (): RunRequest[] => [
  ...Array.from({ length: DEADLY }, (_, index) => ({
    jobName: 'deadly',
    parameters: { act: deathNames[index % deathNames.length] },
  })),
  ...Array.from({ length: ENDLESS }, () => ({ jobName: 'endless', parameters: {} })),
];

/** Of a job that shares the process of the healthy ones. */
function poisonInside(): RunRequest[] {
  const kinds = Object.keys(toxins);
  return Array.from({ length: TOXIC }, (_, index) => ({
    jobName: 'toxic',
    parameters: { act: kinds[index % kinds.length] },
  }));
}

/** From the first healthy run's start to the last one's end, poison spread among them. */
async function timeOf(healthy: RunRequest[], poison: RunRequest[]): Promise<number> {
  const every = Math.max(1, Math.floor(healthy.length / Math.max(1, poison.length)));
  const rest = [...poison];
  const mixed = healthy.flatMap((run, index) => (index % every === 0 ? [run, ...rest.splice(0, 1)] : [run]));
  const ids = await world.enqueuer.enqueueMany([...mixed, ...rest]);
  await world.untilQuiet(600_000);
  const { rows } = await world.database.pool.query<{ ms: number }>(
    `SELECT extract(epoch FROM max("finishedAt") - min("startedAt"))::float8 * 1000 AS ms FROM "JobRun"
     WHERE id = ANY($1) AND "jobName" = 'fragile'`,
    [ids],
  );
  return rows[0]?.ms ?? Number.NaN;
}

/** Runs that ended otherwise than their kind has to. */
async function wrongEnds(): Promise<string[]> {
  const { rows } = await world.database.pool.query<{
    jobName: string;
    act: string | null;
    status: string;
    error: string;
  }>(`SELECT "jobName", parameters->>'act' AS act, status::text, coalesce(error, '') AS error FROM "JobRun"`);
  const isRight = ({ jobName, act, status, error }: (typeof rows)[number]) => {
    if (jobName === 'deadly') return status === 'FAILED' && error.startsWith('Stopped as poison');
    if (jobName === 'endless') return error === 'Timed out after 300 ms';
    const toxin = jobName === 'toxic' ? toxins[act ?? ''] : undefined;
    return toxin ? status === toxin.status && error.includes(toxin.error ?? '') : status === 'SUCCESS';
  };
  return rows.filter((row) => !isRight(row)).map((row) => JSON.stringify(row).slice(0, 300));
}

async function countPoison(): Promise<number> {
  const { rows } = await world.database.pool.query<{ count: number }>(
    `SELECT count(*)::int FROM "JobRun" WHERE "jobName" IN ('deadly', 'endless', 'toxic') AND "claimNo" > 0`,
  );
  return rows[0]?.count ?? 0;
}

async function quarantined(): Promise<unknown> {
  const { rows } = await world.database.pool.query(
    `SELECT count(*)::int AS runs, min(crashes)::int AS least, max(crashes)::int AS most FROM "JobRun" WHERE "jobName" = 'deadly'`,
  );
  return rows[0];
}
