import { setTimeout as delay } from 'node:timers/promises';
import { isFull, size } from '@job-manager/engine/testing/size';
import { afterEach, expect, it } from 'vitest';
import { FaultProxy } from './world/fault-proxy.js';
import { findPgBouncer, PgBouncer } from './world/pg-bouncer.js';
import type { Program } from './world/program.js';
import { reportFinding } from './world/report.js';
import { World } from './world/world.js';

const RUNNERS = 3;
const KILLS = size(3, 20);
const RESTARTS = size(1, 4);
const BOUNCER_KILLS = size(1, 4);

const program = await findPgBouncer();
// At full size it must be there; a normal test may run where it can't be installed.
if (program === undefined && isFull) throw new Error('There is no PgBouncer on this machine; install one.');

let world: World;
let bouncer: PgBouncer;
/** Before PgBouncer, to see what it is sent. */
let network: FaultProxy;
afterEach(async () => {
  await world?.close();
  await network?.close();
  await bouncer?.close();
});

interface Way {
  name: string;
  poolSize: number;
  listens: boolean;
}

const NARROWEST: Way = { name: 'without LISTEN, over one connection', poolSize: 1, listens: false };
const WAYS: Way[] = [
  { name: 'with a direct connection for LISTEN', poolSize: 20, listens: true },
  { name: 'without LISTEN', poolSize: 20, listens: false },
  NARROWEST,
];

it.skipIf(program === undefined).for(isFull ? WAYS : [NARROWEST])(
  'loses and doubles nothing through PgBouncer $name',
  async ({ name, poolSize, listens }) => {
    const settings = await begin(poolSize, listens);
    const runners = await world.startRunners(RUNNERS, { settings });
    const stopFeeding = world.keepFeeding(500, 200);
    await killRunners(runners, settings);
    await restartDatabase();
    await restartBouncer();
    await stopFeeding();

    const verdict = await world.expectAllRight();
    for (const running of [world.server, ...runners]) expect(running.isRunning).toBe(true);
    expect([...network.preparedNames]).toEqual([]);
    reportFinding(
      `PgBouncer ${name}`,
      [
        { what: 'kills of a runner', count: KILLS, target: KILLS },
        { what: 'restarts of PostgreSQL', count: RESTARTS, target: RESTARTS },
        { what: 'kills of PgBouncer', count: BOUNCER_KILLS, target: BOUNCER_KILLS },
      ],
      verdict,
      [`${verdict.brokenOff} executions broken off`, `${world.enqueuer.repeated} requests sent again`],
    );
  },
);

/** The world behind a pooler; returns the settings of its runners. */
async function begin(poolSize: number, listens: boolean): Promise<NodeJS.ProcessEnv> {
  let settings: NodeJS.ProcessEnv = {};
  world = await World.create(async (folder, { url }) => {
    bouncer = await PgBouncer.start({ program: program ?? '', folder, databaseUrl: url, poolSize });
    network = await FaultProxy.start(bouncer.url);
    settings = { DATABASE_URL: network.url(bouncer.url), ...(listens && { DATABASE_LISTEN_URL: url }) };
    return settings;
  });
  return settings;
}

async function killRunners(runners: Program[], settings: NodeJS.ProcessEnv): Promise<void> {
  for (let kills = 0; kills < KILLS; kills++) {
    const at = kills % RUNNERS;
    await (runners[at] as Program).ready;
    await delay(Math.random() * 300);
    await (runners[at] as Program).kill();
    runners[at] = world.startRunner({ settings });
  }
  await Promise.all(runners.map(({ ready }) => ready));
}

async function restartDatabase(): Promise<void> {
  for (let restarts = 0; restarts < RESTARTS; restarts++) {
    await world.database.takeDown('immediate');
    await world.database.bringUp();
    await delay(500);
  }
}

async function restartBouncer(): Promise<void> {
  for (let kills = 0; kills < BOUNCER_KILLS; kills++) {
    await bouncer.kill();
    await delay(200);
    await bouncer.bringUp();
    await delay(500);
  }
}
