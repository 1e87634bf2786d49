import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { describeSpread, spreadOf } from '../../scripts/bench/percentile.js';
import { beginSessionOf, createPerson } from './world/people.js';
import { reportFinding } from './world/report.js';
import { size } from './world/size.js';
import { readActive, Viewer } from './world/viewer.js';
import { World } from './world/world.js';

const SOCKETS = 500;
const PEOPLE = 50;
const STORMS = size(1, 10);
const RESTARTS = size(1, 5);
const MOST_GROWTH_MB = 100;

let world: World;
const viewers: Viewer[] = [];
beforeAll(async () => {
  world = await World.create();
});
afterAll(async () => {
  for (const viewer of viewers) viewer.close();
  await world?.close();
});

it(`welcomes ${SOCKETS} sockets that come back at once`, async () => {
  await world.startRunners(2);
  const gate = 'storm';
  for (let run = 0; run < 60; run++) await world.enqueuer.enqueue('hold', { gate });
  await world.untilRunning(20);
  await openAll();
  const before = await world.server.vitals();

  const atOnce: number[] = [];
  for (let storm = 0; storm < STORMS; storm++) {
    for (const viewer of viewers) viewer.reconnect();
    atOnce.push(...(await untilAllWelcomed()));
  }
  const jittered: number[] = [];
  for (let storm = 0; storm < STORMS; storm++) {
    for (const viewer of viewers) setTimeout(() => viewer.reconnect(), Math.random() * 2_000);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    jittered.push(...(await untilAllWelcomed()));
  }
  await expectAllEqual();
  const after = await world.server.vitals();
  expect(after.rssMb - before.rssMb).toBeLessThan(MOST_GROWTH_MB);

  for (let restart = 0; restart < RESTARTS; restart++) {
    await world.restartServer(restart % 2 === 0 ? 'stop' : 'kill');
    await untilAllWelcomed();
  }
  await expectAllEqual();
  await world.open(gate);
  await world.untilQuiet();
  await expectAllEqual();

  for (const { strange } of viewers) expect(strange).toEqual([]);
  const verdict = await world.expectAllRight();
  const injected = `${2 * STORMS} storms of ${SOCKETS} sockets, ${RESTARTS} server restarts under them`;
  reportFinding('sockets reconnecting at once', injected, verdict, [
    `snapshot at once ${describeSpread(spreadOf(atOnce))}`,
    `with 2 s jitter ${describeSpread(spreadOf(jittered))}`,
    `server grew by ${(after.rssMb - before.rssMb).toFixed(0)} MB`,
    `stalled for ${after.longestStallMs.toFixed(0)} ms at most`,
  ]);
});

async function openAll(): Promise<void> {
  const { pool } = world.database;
  for (let person = 0; person < PEOPLE; person++) {
    const { id } = await createPerson(pool, 'ADMIN');
    for (let socket = 0; socket < SOCKETS / PEOPLE; socket++) {
      viewers.push(new Viewer(world.url, await beginSessionOf(pool, id)));
    }
  }
  await untilAllWelcomed();
}

/** How long each waited for its snapshot. */
async function untilAllWelcomed(): Promise<number[]> {
  await vi.waitFor(
    () => {
      const waiting = viewers.filter(({ hasPicture }) => !hasPicture).length;
      if (waiting > 0) throw new Error(`${waiting} of ${SOCKETS} sockets wait for their snapshot`);
    },
    { timeout: 60_000, interval: 10 },
  );
  return viewers.map(({ welcomeMs }) => welcomeMs);
}

async function expectAllEqual(): Promise<void> {
  await world.viewer.untilEqual(world.database.pool);
  await vi.waitFor(
    async () => {
      const stored = await readActive(world.database.pool);
      const wrong = viewers.filter((viewer) => !viewer.shows(stored)).length;
      if (wrong > 0) throw new Error(`${wrong} of ${SOCKETS} sockets show something else than the database`);
    },
    { timeout: 30_000, interval: 50 },
  );
}
