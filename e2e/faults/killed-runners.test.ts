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
    for (let run = 0; run < RUNS_PER_KILL; run++) await enqueueSomething();
    const at = kills % RUNNERS;
    await (runners[at] as Program).ready;
    await (runners[at] as Program).kill();
    runners[at] = world.startRunner();
  }
  await Promise.all(runners.map(({ ready }) => ready));
  const verdict = await world.expectAllRight();
  // The kills must have hit somebody at work.
  expect(verdict.brokenOff).toBeGreaterThan(KILLS / 4);
  const { runs, lost, doubled, stuck, brokenOff, socketMs } = verdict;
  reportFinding({
    fault: 'runner killed with -9',
    injected: `${KILLS} kills`,
    runs,
    lost,
    doubled,
    stuck,
    details: `${brokenOff} executions died; socket equal after ${Math.round(socketMs)} ms`,
    seconds: world.seconds,
  });
});

async function enqueueSomething(): Promise<void> {
  const kind = Math.random();
  const jobName = kind < 0.7 ? 'wait' : kind < 0.85 ? 'fragile' : 'broken';
  await world.enqueuer.enqueue(jobName, { ms: Math.round(Math.random() * 1_500) });
}
