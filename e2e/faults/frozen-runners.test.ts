import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Program } from './world/program.js';
import { reportFinding } from './world/report.js';
import { size } from './world/size.js';
import { World } from './world/world.js';

const FREEZES = size(6, 100);
/** Beyond the lease of 2 s: others take the runs, and the frozen runner doesn't know when it wakes. */
const FROZEN_MS = 3_000;

let world: World;
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world?.close());

it(`lets no runner that was frozen past its leases write anything (${FREEZES} times)`, async () => {
  const runners = await world.startRunners(4);
  const stopFeeding = world.keepFeeding(3_000, 400);
  let left = FREEZES;
  const freezer = async (victims: Program[]) => {
    for (let turn = 0; left-- > 0; turn++) {
      await delay(500);
      const victim = victims[turn % victims.length] as Program;
      victim.signal('SIGSTOP');
      await delay(FROZEN_MS + Math.random() * 500);
      victim.signal('SIGCONT');
    }
  };
  await Promise.all([freezer(runners.slice(0, 2)), freezer(runners.slice(2))]);
  await stopFeeding();

  const verdict = await world.expectAllRight();
  // There must have been zombies: executions that went on while another had the run.
  expect(verdict.overlapping).toBeGreaterThan(FREEZES / 4);
  const zombies = `${verdict.overlapping} runs had a zombie beside their runner`;
  reportFinding('runner frozen past its leases', `${FREEZES} freezes`, verdict, [zombies]);
});
