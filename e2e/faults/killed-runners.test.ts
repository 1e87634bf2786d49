import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { reportFinding } from './world/report.js';
import { size } from './world/size.js';
import { anyRun, World } from './world/world.js';

const KILLS = size(40, 5_000);
const RUNS_PER_KILL = 4;
/** Runners at a time: most of them are starting. */
const LANES = 10;
const MOST_MS = 400;

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
      await world.enqueueMany(RUNS_PER_KILL, () => anyRun(MOST_MS));
      const runner = world.startRunner();
      await runner.ready;
      await delay(lifeMs());
      if (await runner.kill()) kills += 1;
    }
  };
  // A small one lives on, so that some runs end in peace; most are left to those that die.
  await world.startRunners(1, { concurrency: 4 });
  await Promise.all(Array.from({ length: LANES }, lane));
  await world.startRunners(1, { concurrency: 30 });
  await world.untilQuiet(600_000);

  const verdict = await world.expectAllRight();
  // The kills must have hit somebody at work.
  expect(verdict.brokenOff).toBeGreaterThan(KILLS / 4);
  reportFinding('runner killed with -9', [{ what: 'kills', count: kills, target: KILLS }], verdict, [
    `${verdict.brokenOff} executions died`,
    `${verdict.unbegun} between claim and start`,
    `${verdict.unrecorded} between end and record`,
  ]);
});

/** Some die over their first claim, the others in the midst of work. */
const lifeMs = () => Math.random() * (Math.random() < 0.2 ? 50 : 1_500);
