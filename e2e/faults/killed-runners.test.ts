import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Program } from './world/program.js';
import { reportFinding } from './world/report.js';
import { size } from './world/size.js';
import { World } from './world/world.js';

const KILLS = size(12, 300);
const RUNNERS = 3;
const RUNS_PER_KILL = 5;

let world: World;
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world?.close());

it(`loses and doubles nothing when runners are killed with -9 (${KILLS} times)`, async () => {
  const runners = await world.startRunners(RUNNERS);
  for (let kills = 0; kills < KILLS; kills++) {
    for (let run = 0; run < RUNS_PER_KILL; run++) await world.enqueueAny(1_500);
    const at = kills % RUNNERS;
    await (runners[at] as Program).ready;
    await (runners[at] as Program).kill();
    runners[at] = world.startRunner();
  }
  await Promise.all(runners.map(({ ready }) => ready));
  const verdict = await world.expectAllRight();
  // The kills must have hit somebody at work.
  expect(verdict.brokenOff).toBeGreaterThan(KILLS / 4);
  // A dead process executes nothing.
  expect(verdict.overlapping).toBe(0);
  reportFinding('runner killed with -9', `${KILLS} kills`, verdict, [`${verdict.brokenOff} executions died`]);
});
