import { setTimeout as delay } from 'node:timers/promises';
import { size } from '@job-manager/engine/testing/size';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { ApiProbe } from './world/api-probe.js';
import { expectWithin } from './world/machine.js';
import { RefusedWrites } from './world/refused-writes.js';
import { reportFinding } from './world/report.js';
import { World } from './world/world.js';

const DATA_FILLS = size(1, 3);
const WAL_FILLS = size(0, 2);
const DISK_MB = 256;
const FULL_MS = size(1_000, 3_000);
const HEALED_WITHIN_MS = 10_000;

let world: World;
const healedAfterMs: number[] = [];
beforeAll(async () => {
  world = await World.create({}, DISK_MB);
});
afterAll(() => world?.close());

it('loses and doubles nothing when the disk of the database is full', async () => {
  const runners = await world.startRunners(2);
  const { database } = world;
  const disk = database.disk ?? new RefusedWrites(database.pool);
  // A stand-in can't make PostgreSQL stop itself.
  const walFills = database.disk === undefined ? 0 : WAL_FILLS;
  const dataFills = DATA_FILLS + WAL_FILLS - walFills;
  const stopFeeding = world.keepFeeding(300);
  for (let fills = 0; fills < dataFills; fills++) {
    await makeRoomInLog();
    await disk.fill();
    await untilWritesAreRefused();
    await expectReadsToWork();
    await disk.free();
    await untilHealed();
  }
  for (let fills = 0; fills < walFills; fills++) {
    await disk.fill();
    await database.writeAheadUntilItStops();
    await delay(FULL_MS);
    await disk.free();
    // As its operator would; it may be up again by itself.
    await database.bringUp();
    await untilHealed();
  }
  await stopFeeding();

  const verdict = await world.expectAllRight();
  for (const program of [world.server, ...runners]) expect(program.isRunning).toBe(true);
  reportFinding(
    'disk of the database full',
    [
      { what: 'times no room for data', count: dataFills, target: dataFills },
      { what: 'times no room for the write-ahead log', count: walFills, target: walFills },
    ].filter(({ target }) => target > 0),
    verdict,
    [
      database.disk ? `a real disk of ${DISK_MB} MB` : 'a stand-in: every write refused with 53100',
      `healed after ${Math.round(Math.max(...healedAfterMs))} ms at most`,
      `${world.enqueuer.refused} requests deferred with 503`,
    ],
  );
});

/**
 * Begins a new file of the write-ahead log: a PostgreSQL that needs one while the disk is full stops, and no longer
 * reads.
 */
async function makeRoomInLog(): Promise<void> {
  await world.database.pool.query('SELECT pg_switch_wal()');
  await world.database.pool.query(`SELECT pg_logical_emit_message(true, 'room', '')`);
}

async function untilWritesAreRefused(): Promise<void> {
  const before = world.enqueuer.refused;
  await vi.waitFor(() => expect(world.enqueuer.refused).toBeGreaterThan(before + 5), { timeout: 30_000, interval: 20 });
}

async function expectReadsToWork(): Promise<void> {
  const probe = new ApiProbe(world.url, world.token);
  await delay(FULL_MS);
  await probe.stop();
  expect(probe.wrong).toEqual([]);
  expect(Object.keys(probe.answers)).toEqual(['200']);
}

/** Measures from now until a new run is acknowledged and has ended. */
async function untilHealed(): Promise<void> {
  const startedAt = performance.now();
  const id = await world.enqueuer.enqueue('wait', { ms: 0 });
  await vi.waitFor(
    async () => {
      const { rows } = await world.database.pool.query('SELECT status FROM "JobRun" WHERE id = $1', [id]);
      expect(rows).toEqual([{ status: 'SUCCESS' }]);
    },
    { timeout: 2 * HEALED_WITHIN_MS, interval: 20 },
  );
  healedAfterMs.push(performance.now() - startedAt);
  expectWithin('healing after the disk has room', healedAfterMs.at(-1) ?? Infinity, HEALED_WITHIN_MS, 'ms');
}
