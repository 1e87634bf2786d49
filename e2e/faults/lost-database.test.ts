import { setTimeout as delay } from 'node:timers/promises';
import { size } from '@job-manager/engine/testing/size';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { ApiProbe } from './world/api-probe.js';
import type { Downfall } from './world/fault-database.js';
import { expectWithin } from './world/machine.js';
import { reportFinding } from './world/report.js';
import { World } from './world/world.js';

const RUNNERS = 3;
const CONCURRENCY = 4;
const IMMEDIATE = size(2, 50);
const FAST = size(1, 3);
const KILLED = size(0, 3);
const CRASHES = size(1, 3);
const ENDED_CONNECTIONS = size(20, 500);
/** Longer than the leases: every run that was running is recovered. */
const LONG_OUTAGE_MS = size(3_000, 60_000);
/** From the database's return until the server acknowledges and every runner claims. */
const BACK_WITHIN_MS = size(15_000, 5_000);

let world: World;
const backAfterMs: number[] = [];
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world?.close());

it('loses and doubles nothing when PostgreSQL is restarted, killed and away', async () => {
  const runners = await world.startRunners(RUNNERS, { concurrency: CONCURRENCY });
  const { server } = world;
  const probe = new ApiProbe(world.url, world.token);
  const stopFeeding = world.keepFeeding(1_000, 400);
  const immediate = await restart('immediate', IMMEDIATE);
  const fast = await restart('fast', FAST);
  const killed = await restart('killed', KILLED);
  const crashes = await crash();
  const ended = await endConnections();
  await stopFeeding();
  await goAwayForLong();
  await probe.stop();

  const verdict = await world.expectAllRight();
  // No runner gave up.
  for (const program of [server, ...runners]) expect(program.isRunning).toBe(true);
  expect(probe.wrong).toEqual([]);
  expect(probe.refused).toBeGreaterThan(0);
  expect(verdict.brokenOff).toBeGreaterThanOrEqual((RUNNERS * CONCURRENCY) / 2);
  expectWithin('claiming again after an outage', Math.max(...backAfterMs), BACK_WITHIN_MS, 'ms');
  reportFinding(
    'PostgreSQL restarted and killed',
    [
      { what: 'immediate restarts', count: immediate, target: IMMEDIATE },
      { what: 'fast restarts', count: fast, target: FAST },
      { what: 'kills with -9', count: killed, target: KILLED },
      { what: 'crashes of a backend', count: crashes, target: CRASHES },
      { what: 'connections ended', count: ended, target: ENDED_CONNECTIONS },
      { what: `outages of ${LONG_OUTAGE_MS / 1_000} s`, count: 1, target: 1 },
    ].filter(({ target }) => target > 0),
    verdict,
    [
      `all back after ${Math.round(Math.max(...backAfterMs))} ms at most`,
      `${verdict.brokenOff} executions broken off`,
      `${world.enqueuer.repeated} requests sent again`,
      `${probe.refused} reads deferred with 503`,
    ],
  );
});

async function restart(how: Downfall, times: number): Promise<number> {
  for (let done = 0; done < times; done++) {
    await delay(Math.random() * 150);
    await world.database.takeDown(how);
    await delay(Math.random() * 250);
    await world.database.bringUp();
    await untilAllAreBack();
  }
  return times;
}

/** One connection's process is killed, upon which PostgreSQL ends all the others and recovers. */
async function crash(): Promise<number> {
  for (let crashes = 0; crashes < CRASHES; crashes++) {
    await world.database.crash();
    await untilAllAreBack();
  }
  return CRASHES;
}

async function endConnections(): Promise<number> {
  let ended = 0;
  while (ended < ENDED_CONNECTIONS) {
    ended += await world.database.endConnections(10);
    await delay(100);
  }
  return ended;
}

/** With runs under way that would outlive the outage: their leases end in it. */
async function goAwayForLong(): Promise<void> {
  await world.untilQuiet();
  const held = RUNNERS * CONCURRENCY;
  for (let run = 0; run < held; run++) await world.enqueuer.enqueue('wait', { ms: LONG_OUTAGE_MS + 3_000 });
  await world.untilRunning(held);
  await world.database.takeDown('fast');
  await delay(LONG_OUTAGE_MS);
  await world.database.bringUp();
  await untilAllAreBack();
}

/**
 * Measures from now until a run is acknowledged and every runner has claimed some: new ones, or recovered ones.
 */
async function untilAllAreBack(): Promise<void> {
  const startedAt = performance.now();
  const acknowledged = world.enqueuer.acknowledged.size;
  const { rows } = await world.database.pool.query('SELECT clock_timestamp() AS now');
  // More than two runners can take.
  const stopFeeding = world.keepFeeding(200, 20);
  await vi.waitFor(
    async () => {
      const claimed = await world.database.pool.query(CLAIMING, [rows[0].now]);
      expect(claimed.rows).toEqual([{ runners: RUNNERS }]);
      expect(world.enqueuer.acknowledged.size).toBeGreaterThan(acknowledged);
    },
    { timeout: 120_000, interval: 20 },
  );
  backAfterMs.push(performance.now() - startedAt);
  await stopFeeding();
}

const CLAIMING = `SELECT count(DISTINCT "runnerId")::int AS runners FROM "JobRun" WHERE "startedAt" > $1`;
