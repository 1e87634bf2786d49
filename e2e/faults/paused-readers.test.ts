import { setTimeout as delay } from 'node:timers/promises';
import { closeCodes } from '@job-manager/shared/live';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { reportFinding } from './world/report.js';
import { isFull, size } from './world/size.js';
import { Viewer } from './world/viewer.js';
import { World } from './world/world.js';

const READERS = size(10, 20);
/** In the small form shorter than the server's patience of 20 s: they catch up. At full size they are let go. */
const PAUSED_MS = size(8_000, 24_000);
const TALKERS = 80;
const CHANGES = size(2_000, 15_000);
const MOST_GROWTH_MB = 100;

let world: World;
const paused: Viewer[] = [];
beforeAll(async () => {
  world = await World.create();
});
afterAll(async () => {
  for (const viewer of paused) viewer.close();
  await world?.close();
});

it(`is not held up by ${READERS} clients that stop reading, and ${isFull ? 'lets them go' : 'lets them catch up'}`, async () => {
  await world.startRunners(2, { concurrency: TALKERS / 2 });
  for (let reader = 0; reader < READERS; reader++) paused.push(new Viewer(world.url, world.token));
  await vi.waitFor(() => expect(paused.every(({ hasPicture }) => hasPicture)).toBe(true), { timeout: 20_000 });
  const before = await world.server.vitals();
  const told = world.viewer.messages;

  for (const viewer of paused) viewer.socket?.pause();
  const stopFeeding = world.keepFeeding(200);
  for (let talker = 0; talker < TALKERS; talker++) await world.enqueuer.enqueue('chatty', { ms: PAUSED_MS });
  let mostRssMb = 0;
  const until = performance.now() + PAUSED_MS;
  while (performance.now() < until || world.viewer.messages - told < CHANGES) {
    await delay(250);
    mostRssMb = Math.max(mostRssMb, (await world.server.vitals()).rssMb);
  }
  await stopFeeding();
  for (const viewer of paused) viewer.socket?.resume();

  const verdict = await world.expectAllRight();
  for (const viewer of paused) await viewer.untilEqual(world.database.pool);
  const changes = world.viewer.messages - told;
  // Who reads was told everything without ever being behind.
  expect(world.viewer.snapshots).toBe(1);
  expect(world.viewer.closes).toEqual([]);
  expect(mostRssMb - before.rssMb).toBeLessThan(MOST_GROWTH_MB);
  if (isFull) for (const { closes } of paused) expect(closes).toEqual([closeCodes.tooSlow]);
  reportFinding('clients that stop reading', `${READERS} for ${PAUSED_MS / 1_000} s`, verdict, [
    `${changes} messages meanwhile`,
    `server grew by ${(mostRssMb - before.rssMb).toFixed(0)} MB`,
  ]);
});
