import { size } from '@job-manager/engine/testing/size';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { FaultProxy } from './world/fault-proxy.js';
import { expectWithin } from './world/machine.js';
import { reportFinding } from './world/report.js';
import { readActive } from './world/viewer.js';
import { World } from './world/world.js';

const RUNNERS = size(2, 7);
const KILL_ROUNDS = size(2, 8);
const LOST_ROUNDS = size(2, 6);
/**
 * Each takes the quarter of a minute until the silence is noticed; the small form leaves that to the listener's own
 * test.
 */
const DARK_ROUNDS = size(0, 2);
const DARK_PROBES = 5;
/** How often an idle runner polls. */
const RUNNER_POLL_MS = 300;
/** How often the server polls while a viewer watches. */
const SERVER_POLL_MS = 1_000;
/** For the poll itself, and for a busy machine. */
const GRACE_MS = size(1_500, 500);

let world: World;
/** Between PostgreSQL and all who listen. */
let network: FaultProxy;
const startMs: number[] = [];
const seenMs: number[] = [];

beforeAll(async () => {
  world = await World.create(async (_folder, { url }) => {
    network = await FaultProxy.start(url);
    return { DATABASE_LISTEN_URL: network.url(url) };
  });
});
afterAll(async () => {
  await world?.close();
  await network?.close();
});

it('polls when notifications do not arrive: runs begin and screens follow all the same', async () => {
  const listenUrl = network.url(world.database.url);
  const settings = { DATABASE_LISTEN_URL: listenUrl, JOBS_POLL_MS: String(RUNNER_POLL_MS) };
  await world.startRunners(RUNNERS, { settings });
  const injected = { killed: 0, lost: 0, dark: 0 };
  for (let round = 0; round < KILL_ROUNDS; round++) {
    await untilAllListen();
    injected.killed += await world.database.endConnectionsFrom(network.ports);
    await measureOnce();
  }
  await untilAllListen();
  network.weather = { type: 'deaf' };
  for (let round = 0; round < LOST_ROUNDS; round++) {
    injected.lost += network.ports.length;
    await measureOnce();
  }
  network.weather = { type: 'fine' };
  for (let round = 0; round < DARK_ROUNDS; round++) {
    injected.dark += network.halfOpen();
    for (let probes = 0; probes < DARK_PROBES; probes++) await measureOnce();
    await untilAllListen();
  }

  const verdict = await world.expectAllRight();
  expectWithin('start of a run without notification', Math.max(...startMs), RUNNER_POLL_MS + GRACE_MS, 'ms');
  expectWithin('its appearance in the panel', Math.max(...seenMs), SERVER_POLL_MS + GRACE_MS, 'ms');
  const listeners = RUNNERS + 1;
  reportFinding(
    'notifications lost',
    [
      { what: 'LISTEN connections killed', count: injected.killed, target: KILL_ROUNDS * listeners },
      { what: 'listeners whose notifications got lost', count: injected.lost, target: LOST_ROUNDS * listeners },
      { what: 'listeners in the dark', count: injected.dark, target: DARK_ROUNDS * listeners },
    ].filter(({ target }) => target > 0),
    verdict,
    [
      `${seenMs.length} polls: runs began within ${Math.round(Math.max(...startMs))} ms (poll ${RUNNER_POLL_MS})`,
      `screens followed within ${Math.round(Math.max(...seenMs))} ms (poll ${SERVER_POLL_MS})`,
    ],
  );
});

async function untilAllListen(): Promise<void> {
  await vi.waitFor(() => expect(network.ports).toHaveLength(RUNNERS + 1), { timeout: 30_000, interval: 10 });
}

/** Measures how long a run waits to begin, and a screen to see that, while no notification arrives. */
async function measureOnce(): Promise<void> {
  const gate = `probe-${seenMs.length}`;
  const id = await world.enqueuer.enqueue('hold', { gate });
  await world.untilRunning(1);
  const begunAt = performance.now();
  await vi.waitFor(
    async () => {
      const active = await readActive(world.database.pool);
      if (!world.viewer.shows(active)) throw new Error(`The screen does not show ${active}`);
    },
    { timeout: 20_000, interval: 5 },
  );
  seenMs.push(performance.now() - begunAt);
  const { rows } = await world.database.pool.query<{ ms: number }>(WAITED, [id]);
  startMs.push(rows[0]?.ms ?? Number.NaN);
  await world.open(gate);
  await world.untilQuiet();
}

const WAITED = `SELECT (extract(epoch FROM "startedAt" - "queuedAt") * 1000)::float8 AS ms FROM "JobRun" WHERE id = $1`;
