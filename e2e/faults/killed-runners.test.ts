import { setTimeout as delay } from 'node:timers/promises';
import { size } from '@job-manager/engine/testing/size';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Program } from './world/program.js';
import { reportFinding } from './world/report.js';
import { anyRun, World } from './world/world.js';

const KILLS = size(40, 5_000);
const RUNS_PER_KILL = 4;
/** Runners at a time: most of them are starting. */
const LANES = 10;
const MAX_MS = 400;
/** The longest time from start, or from ready, until a runner is killed. */
const STARTING_MS = 300;
const FIRST_CLAIM_MS = 50;
const MAX_WORK_MS = 500;

let world: World;
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world?.close());

it(`loses and doubles nothing when runners are killed with -9 (${KILLS} times)`, async () => {
  let begun = 0;
  let kills = 0;
  const lane = async () => {
    while (begun++ < KILLS) {
      await world.enqueueMany(RUNS_PER_KILL, () => anyRun(MAX_MS));
      const runner = world.startRunner();
      await endOfLife(runner);
      if (await runner.kill()) kills += 1;
    }
  };
  // A small one is not killed, so that some runs end without a kill; most are left to the others.
  await world.startRunners(1, { concurrency: 4 });
  await Promise.all(Array.from({ length: LANES }, lane));
  await world.startRunners(1, { concurrency: 30 });
  await world.untilQuiet(600_000);

  const verdict = await world.expectAllRight();
  // The kills must have hit runners that held runs. What they held runs apart next, so few executions are under way at
  // once; of forty runners, a busy machine may let one get as far.
  expect(verdict.brokenOff + verdict.unbegun).toBeGreaterThan(size(0, KILLS / 4));
  reportFinding('runner killed with -9', [{ what: 'kills', count: kills, target: KILLS }], verdict, [
    `${verdict.brokenOff} executions died`,
    `${verdict.unbegun} between claim and start`,
    `${verdict.unrecorded} between end and record`,
  ]);
});

/** Some are killed while they start, some during their first claim, most while they work. */
async function endOfLife({ ready }: Program): Promise<void> {
  const fate = Math.random();
  if (fate < 0.3) return delay(Math.random() * STARTING_MS);
  await ready;
  await delay(Math.random() * (fate < 0.45 ? FIRST_CLAIM_MS : MAX_WORK_MS));
}
