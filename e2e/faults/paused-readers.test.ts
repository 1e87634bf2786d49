import { setTimeout as delay } from 'node:timers/promises';
import { isFull, size } from '@job-manager/engine/testing/size';
import { closeCodes } from '@job-manager/shared/live';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { expectWithin } from './world/machine.js';
import { reportFinding } from './world/report.js';
import { Viewer } from './world/viewer.js';
import { World } from './world/world.js';

const READERS = size(10, 20);
/** In the small form shorter than the server's limit of 20 s: they catch up. At full size they are disconnected. */
const PAUSED_MS = size(5_000, 24_000);
/**
 * As long under the same load while all viewers still read: growth of the server by itself is not caused by a paused
 * reader.
 */
const READING_MS = PAUSED_MS;
const TALKERS = 80;
/** Much more than the system keeps for a socket whose reader is away. */
const RECEIVED_KB = size(1_000, 6_000);
const MAX_GROWTH_MB = 100;
/** What may wait for one reader. */
const MAX_BUFFERED_KB = 1_024;

let world: World;
const paused: Viewer[] = [];
beforeAll(async () => {
  // All of them are one person, as is the one that reads.
  world = await World.create({ SOCKETS_PER_PERSON: String(READERS + 1) });
});
afterAll(async () => {
  for (const viewer of paused) viewer.close();
  await world?.close();
});

it(`is not held up by ${READERS} clients that stop reading, and ${isFull ? 'lets them go' : 'lets them catch up'}`, async () => {
  await world.startRunners(2, { concurrency: TALKERS / 2 });
  // Compressed, as much would fit into what the system keeps for them.
  for (let reader = 0; reader < READERS; reader++) paused.push(new Viewer(world.url, world.token, { isPlain: true }));
  await vi.waitFor(() => expect(paused.every(({ hasSnapshot }) => hasSnapshot)).toBe(true), { timeout: 20_000 });

  const stopFeeding = world.keepFeeding(200);
  await talk(READING_MS);
  const reading = await peaks(READING_MS, () => true);
  const received = world.viewer.chars;
  for (const viewer of paused) viewer.socket?.pause();
  await talk(PAUSED_MS);
  const notReading = await peaks(PAUSED_MS, () => receivedKb(received) >= RECEIVED_KB);
  await stopFeeding();
  for (const viewer of paused) viewer.socket?.resume();

  const verdict = await world.expectAllRight();
  for (const viewer of paused) await viewer.untilEqual(world.database.pool);
  const kb = Math.round(receivedKb(received));
  // Viewers that read received everything without ever being behind.
  expect(world.viewer.snapshots).toBe(1);
  expect(world.viewer.closes).toEqual([]);
  const growthMb = notReading.rssMb - reading.rssMb;
  expectWithin('growth of the server’s memory', growthMb, MAX_GROWTH_MB, 'MB');
  expectWithin('buffered for readers that pause', notReading.bufferedKb, MAX_BUFFERED_KB, 'kB');
  if (isFull) for (const { closes } of paused) expect(closes).toEqual([closeCodes.tooSlow]);
  const injected = [
    { what: `readers that paused for ${PAUSED_MS / 1_000} s`, count: paused.length, target: READERS },
    { what: 'kB sent meanwhile', count: kb, target: RECEIVED_KB },
  ];
  reportFinding('clients that stop reading', injected, verdict, [
    `at most ${notReading.bufferedKb.toFixed(0)} kB waited for one of them`,
    `server grew by ${growthMb.toFixed(0)} MB over ${reading.rssMb.toFixed(0)} MB under the same load with all viewers reading`,
  ]);
});

/** How much the viewer that reads received since it had received so many characters. */
const receivedKb = (before: number): number => (world.viewer.chars - before) / 1_000;

/** Makes runs report something new many times a second for so long. */
async function talk(ms: number): Promise<void> {
  for (let talker = 0; talker < TALKERS; talker++) await world.enqueuer.enqueue('chatty', { ms });
}

/** The most memory that the server took, and that waited for one reader, in at least this time and until `isEnough`. */
async function peaks(ms: number, isEnough: () => boolean): Promise<{ rssMb: number; bufferedKb: number }> {
  const until = performance.now() + ms;
  const most = { rssMb: 0, bufferedKb: 0 };
  while (performance.now() < until || !isEnough()) {
    const { rssMb, maxBufferedKb } = await world.server.vitals();
    most.rssMb = Math.max(most.rssMb, rssMb);
    most.bufferedKb = Math.max(most.bufferedKb, maxBufferedKb);
    await delay(250);
  }
  return most;
}
