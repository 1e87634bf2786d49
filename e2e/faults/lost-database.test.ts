import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Downfall } from './world/fault-database.js';
import { reportFinding } from './world/report.js';
import { size } from './world/size.js';
import { World } from './world/world.js';

const ROUNDS = size(1, 8);
const DOWNFALLS: Downfall[] = ['fast', 'immediate', 'killed'];
const CRASHES = size(1, 12);
const ENDED_CONNECTIONS = size(20, 300);
/** Longer than the leases: every run that was running is taken back. */
const LONG_OUTAGE_MS = size(3_000, 60_000);

let world: World;
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world?.close());

it(`loses and doubles nothing when PostgreSQL is restarted and killed (${ROUNDS * DOWNFALLS.length} times)`, async () => {
  const runners = await world.startRunners(3);
  const { server, database } = world;
  const stopFeeding = world.keepFeeding(1_500);
  for (let round = 0; round < ROUNDS; round++) {
    for (const how of DOWNFALLS) {
      await delay(1_000);
      await database.takeDown(how);
      await delay(Math.random() * 1_000);
      await database.bringUp();
    }
  }
  await crash();
  const ended = await endConnections();
  await stopFeeding();
  await goAwayForLong();

  const verdict = await world.expectAllRight();
  // Nobody gave up.
  for (const program of [server, ...runners]) expect(program.isRunning).toBe(true);
  expect(verdict.brokenOff).toBeGreaterThanOrEqual(20);
  const restarts = `${ROUNDS} each of restart, restart without checkpoint and kill -9`;
  const crashes = `${CRASHES} crashes, ${ended} connections ended, ${LONG_OUTAGE_MS / 1_000} s away`;
  const { repeated } = world.enqueuer;
  reportFinding('PostgreSQL restarted and killed', `${restarts}; ${crashes}`, verdict, [
    `${verdict.brokenOff} executions broken off`,
    `${repeated} requests sent again`,
  ]);
});

/** With runs under way that would outlive the outage: their leases end in it. */
async function goAwayForLong(): Promise<void> {
  await world.untilQuiet();
  for (let run = 0; run < 20; run++) await world.enqueuer.enqueue('wait', { ms: LONG_OUTAGE_MS + 3_000 });
  await world.untilRunning(20);
  await world.database.takeDown('fast');
  await delay(LONG_OUTAGE_MS);
  await world.database.bringUp();
}

/** One connection's process dies, upon which PostgreSQL ends all the others and recovers. */
async function crash(): Promise<void> {
  for (let crashes = 0; crashes < CRASHES; crashes++) {
    await world.database.crash();
    await delay(500);
  }
}

async function endConnections(): Promise<number> {
  let ended = 0;
  while (ended < ENDED_CONNECTIONS) {
    ended += await world.database.endConnections(5);
    await delay(100);
  }
  return ended;
}
