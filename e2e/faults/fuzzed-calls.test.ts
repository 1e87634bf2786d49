import { isFull, size } from '@job-manager/engine/testing/size';
import { problem } from '@job-manager/shared/errors';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { percentile } from '../../scripts/bench/percentile.js';
import type { FuzzCall } from './fuzz/call.js';
import { drawCalls, type FuzzTarget, listTargets } from './fuzz/calls.js';
import { type Exchange, endExchanges, exchange } from './fuzz/exchange.js';
import { Population } from './fuzz/population.js';
import { Choices } from './fuzz/random.js';
import { expectWithin } from './world/machine.js';
import { reportFinding } from './world/report.js';
import { World } from './world/world.js';

const CALLS = size(3_000, 100_000);
/** The data to be found is created again after so many. */
const ROUND = size(1_000, 5_000);
const AT_ONCE = 12;
/** Every time the same where others must be able to rely on it; at full size another each time, reported below. */
const SEED = Number(process.env.FAULTS_SEED ?? (isFull ? Date.now() % 2 ** 31 : 1));
const LONGEST_STALL_MS = size(10_000, 3_000);

let world: World;
beforeAll(async () => {
  world = await World.create({ JOBS_MAX_EXTERNAL: '100000' });
});
afterAll(async () => {
  endExchanges();
  await world?.close();
});

it(`answers ${CALLS} fuzzed calls properly (FAULTS_SEED=${SEED})`, async () => {
  await world.startRunners(1, { concurrency: 50 });
  const { server } = world;
  const targets = listTargets();
  const choices = new Choices(SEED);
  const population = await Population.create(world);
  const before = await server.vitals();
  const statuses: Record<string, number> = {};
  const took: number[] = [];
  const wrong: string[] = [];
  let longestStallMs = 0;

  for (let sent = 0; sent < CALLS; sent += ROUND) {
    const drawn = drawRound(targets, ROUND, population, choices);
    await inLanes(drawn, async ({ target, call }) => {
      const answer = await exchange(world.url, call).catch((error: Error) => error);
      if (answer instanceof Error) return wrong.push(`${answer.message} to ${describe(call)}`);
      statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
      took.push(answer.ms);
      const violation = violationOf(target, call, answer);
      if (violation) wrong.push(`${violation} (${answer.status} ${answer.text.slice(0, 300)}) to ${describe(call)}`);
    });
    expect(wrong.slice(0, 10), `FAULTS_SEED=${SEED}; ${await world.logTail('server')}`).toEqual([]);
    expect(server.isRunning).toBe(true);
    longestStallMs = Math.max(longestStallMs, (await server.vitals()).longestStallMs);
    await population.refresh();
  }

  expectWithin('longest stall of the server', longestStallMs, LONGEST_STALL_MS, 'ms');
  // Fuzzing that only ever meets the gate would prove little.
  const served = Object.entries(statuses).filter(([status]) => status.startsWith('2'));
  expect(served.reduce((sum, [, count]) => sum + count, 0)).toBeGreaterThan(CALLS / 10);
  await endAllRuns(population);
  const verdict = await world.expectSoundRuns();
  const { rssMb } = await server.vitals();
  const injected = { what: `calls of ${targets.length} addresses`, count: took.length, target: CALLS };
  reportFinding('fuzzed calls', injected, verdict, [
    `seed ${SEED}`,
    Object.entries(statuses)
      .map(([status, count]) => `${status}: ${count}`)
      .join(', '),
    `no 5xx, p99 ${percentile(took, 99).toFixed(0)} ms, slowest ${percentile(took, 100).toFixed(0)} ms`,
    `longest stall ${longestStallMs.toFixed(0)} ms, server grew by ${(rssMb - before.rssMb).toFixed(0)} MB`,
  ]);
});

function drawRound(targets: FuzzTarget[], count: number, population: Population, choices: Choices) {
  const weights = targets.reduce((sum, { weight }) => sum + weight, 0);
  const drawn = targets.flatMap((target) => {
    const share = Math.ceil((count * target.weight) / weights);
    return drawCalls(target, share, population, choices).map((call) => ({ target, call }));
  });
  // In an order of their own, so that calls meet what others have left.
  return drawn
    .map((item) => ({ item, at: choices.below(1_000_000) }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

/** The violation in an answer; undefined for a correct one. */
function violationOf(target: FuzzTarget, call: FuzzCall, { status, type, text }: Exchange): string | undefined {
  if (status >= 500) return 'A server error';
  if (status >= 400)
    return call.method === 'HEAD' || isProblem(type, text, status) ? undefined : 'A refusal that is no problem';
  // A file of JSON lines is another type.
  if (!call.isMeantWell || target.output === undefined || !/^application\/json(?:;|$)/.test(type)) return undefined;
  const parsed = target.output.safeParse(JSON.parse(text));
  return parsed.success ? undefined : `An answer outside the contract: ${z.prettifyError(parsed.error).slice(0, 500)}`;
}

/** Made once: a schema is compiled when it first checks something. */
const wholeProblem = problem.strict();

function isProblem(type: string, text: string, status: number): boolean {
  if (!type.startsWith('application/problem+json')) return false;
  return wholeProblem.safeParse(JSON.parse(text)).data?.status === status;
}

async function inLanes<T>(items: T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const queue = items.values();
  const lane = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

function describe({ method, path, headers, body }: FuzzCall): string {
  return `${method} ${path.slice(0, 300)} ${JSON.stringify(headers).slice(0, 200)} ${String(body ?? '').slice(0, 500)}`;
}

/** Fuzzing may have started runs that no program ends. */
async function endAllRuns(population: Population): Promise<void> {
  await vi.waitFor(
    async () => {
      await population.endRuns();
      await world.untilQuiet(1_000);
    },
    { timeout: 60_000, interval: 100 },
  );
}
