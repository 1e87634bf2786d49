import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FaultProxy } from './world/fault-proxy.js';
import { reportFinding } from './world/report.js';
import { size } from './world/size.js';
import { World } from './world/world.js';

const CUTS = size(10, 120);
const LOST_ANSWERS = size(4, 40);
const SLOW_TIMES = size(1, 6);
/** Half a minute goes by until the last is noticed; the small form leaves them to the tests of pool, listener and heartbeat. */
const BLACKHOLES = size(0, 6);
/** Statements of a runner whose answers get lost, by their names as the wire carries them. */
const ANSWERS = { outcomes: 'finish\0', claims: 'claim\0' };
/** Well beyond the lease. */
const DARK_MS = 4_000;

let world: World;
let network: FaultProxy;
beforeAll(async () => {
  world = await World.create();
  network = await FaultProxy.start(world.database.url);
});
afterAll(async () => {
  await world?.close();
  await network?.close();
});

it(`loses and doubles nothing when one runner's network is cut, slow or dark (${CUTS} cuts)`, async () => {
  const [healthy] = await world.startRunners(1);
  const [cutOff] = await world.startRunners(1, { databaseUrl: network.url(world.database.url) });
  // Long enough to be under way when the network dies, few enough for one runner.
  const stopFeeding = world.keepFeeding(4_000, 500);

  let connections = 0;
  for (let cuts = 0; cuts < CUTS; cuts++) {
    await delay(Math.random() * 500);
    connections += network.cut();
  }
  for (let lost = 0; lost < LOST_ANSWERS; lost++) {
    await network.loseAnswerTo(ANSWERS.outcomes);
    await network.loseAnswerTo(ANSWERS.claims);
    await world.serverNetwork.loseAnswerTo('INSERT INTO "JobRun"');
  }
  for (let times = 0; times < SLOW_TIMES; times++) {
    network.weather = { type: 'slow', delayMs: 500, bytesPerSecond: 20_000 };
    await delay(4_000);
    network.weather = { type: 'slow', delayMs: 2_000, bytesPerSecond: 1_000 };
    await delay(4_000);
    network.weather = { type: 'fine' };
    await delay(1_000);
  }
  for (let holes = 0; holes < BLACKHOLES; holes++) {
    network.weather = { type: 'blackhole' };
    await delay(DARK_MS);
    network.weather = { type: 'fine' };
    await delay(2_000);
  }
  await stopFeeding();

  // Once the network is fine again, the runner behind it must do all the work alone.
  await healthy?.stop();
  const verdict = await world.expectAllRight();
  expect(cutOff?.isRunning).toBe(true);
  if (BLACKHOLES > 0) expect(verdict.brokenOff).toBeGreaterThan(0);
  const lostAnswers = `${LOST_ANSWERS} each of lost answers to outcomes, claims and enqueues`;
  const weather = `${SLOW_TIMES} slow times, ${BLACKHOLES} blackholes`;
  reportFinding('network of one runner cut and slowed', `${CUTS} cuts; ${lostAnswers}; ${weather}`, verdict, [
    `${connections} connections reset`,
    `${verdict.brokenOff} executions broken off`,
    `${verdict.overlapping} overlapping`,
    `${world.enqueuer.repeated} requests sent again`,
  ]);
});
