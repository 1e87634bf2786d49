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
/** Under the same load while everybody still reads: how far a server grows by itself is no fault of a paused reader. */
const WARM_UP_MS = size(4_000, 15_000);
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

  const stopFeeding = world.keepFeeding(200);
  await talk(WARM_UP_MS);
  const reading = await peakRssMb(WARM_UP_MS, () => true);
  const told = world.viewer.messages;
  for (const viewer of paused) viewer.socket?.pause();
  await talk(PAUSED_MS);
  const notReading = await peakRssMb(PAUSED_MS, () => world.viewer.messages - told >= CHANGES);
  await stopFeeding();
  for (const viewer of paused) viewer.socket?.resume();

  const verdict = await world.expectAllRight();
  for (const viewer of paused) await viewer.untilEqual(world.database.pool);
  const changes = world.viewer.messages - told;
  // Who reads was told everything without ever being behind.
  expect(world.viewer.snapshots).toBe(1);
  expect(world.viewer.closes).toEqual([]);
  expect(notReading - reading).toBeLessThan(MOST_GROWTH_MB);
  if (isFull) for (const { closes } of paused) expect(closes).toEqual([closeCodes.tooSlow]);
  reportFinding('clients that stop reading', `${READERS} for ${PAUSED_MS / 1_000} s`, verdict, [
    `${changes} messages meanwhile`,
    `server grew by ${(notReading - reading).toFixed(0)} MB over ${reading.toFixed(0)} MB under the same load with everybody reading`,
  ]);
});

/** Has runs say something new many times a second for so long. */
async function talk(ms: number): Promise<void> {
  for (let talker = 0; talker < TALKERS; talker++) await world.enqueuer.enqueue('chatty', { ms });
}

/** The most memory that the server took in at least this time, and until `isEnough`. */
async function peakRssMb(ms: number, isEnough: () => boolean): Promise<number> {
  const until = performance.now() + ms;
  let most = 0;
  while (performance.now() < until || !isEnough()) {
    most = Math.max(most, (await world.server.vitals()).rssMb);
    await delay(250);
  }
  return most;
}
