import { size } from '@job-manager/engine/testing/size';
import { RESTART_EXIT_CODE } from '@job-manager/shared/runner';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { FaultProxy } from './world/fault-proxy.js';
import type { Program } from './world/program.js';
import { reportFinding } from './world/report.js';
import { readCommandStates, sendCommand } from './world/runner-commands.js';
import { World } from './world/world.js';

const DRAINS = size(3, 60);
const HANGS = size(1, 12);
const HANG_MS = 3_000;
/** On a busy machine a runner that lives may be silent for seconds. */
const LEASES = { JOBS_STALLED_AFTER_MS: '10000' };
const SUPERVISED = { ...LEASES, JOBS_SUPERVISED: 'on', JOBS_DRAIN_MS: '20000' };

let world: World;
let supervised: { isOver: boolean; program: Program }[] = [];
beforeAll(async () => {
  world = await World.create(LEASES);
});
afterEach(async () => {
  for (const each of supervised) each.isOver = true;
  await Promise.all(supervised.map(({ program }) => program.stop()));
  supervised = [];
});
afterAll(() => world?.close());

it(`drains a runner whose connections are cut meanwhile, which then claims nothing (${DRAINS} times)`, async () => {
  const network = await FaultProxy.start(world.database.url);
  const runner = world.startRunner({ databaseUrl: network.url(world.database.url), settings: LEASES });
  await runner.ready;
  const [own] = await activeRunners(1);
  const runnerIds = [String(own?.id)];
  const send = async (kind: string) => {
    network.cut();
    const groupId = await sendCommand(world, { kind, runnerIds });
    network.cut();
    await untilDone(groupId);
  };
  for (let drain = 0; drain < DRAINS; drain++) {
    await world.enqueueMany(5, () => ({ jobName: 'wait', parameters: { ms: 200 } }));
    await send('DRAIN');
    await untilStatus(runnerIds[0], 'DRAINING');
    const waiting = await world.enqueueMany(2, () => ({ jobName: 'wait', parameters: { ms: 20 } }));
    await sendCommand(world, { kind: 'PING', runnerIds }).then(untilDone);
    expect(await statusesOf(waiting)).toEqual(['QUEUED', 'QUEUED']);
    await send('RESUME');
  }
  const verdict = await world.expectAllRight();
  expect(runner.isRunning).toBe(true);
  await runner.stop();
  await network.close();
  const injected = { what: 'drains with every connection cut', count: DRAINS, target: DRAINS };
  reportFinding('drains while connections are cut', injected, verdict);
});

it(`has the next runner wait for one that hangs, and restarts both without losing a run (${HANGS} times)`, async () => {
  await supervise(2, { concurrency: 1 });
  for (let hang = 0; hang < HANGS; hang++) {
    const spinning = await world.enqueuer.enqueue('spin', { ms: HANG_MS });
    const hanging = await vi.waitFor(async () => {
      const { rows } = await query<{ runnerId: string | null }>(
        'SELECT "runnerId" FROM "JobRun" WHERE id = $1',
        spinning,
      );
      expect(rows[0]?.runnerId).toBeTruthy();
      return String(rows[0]?.runnerId);
    }, WAIT);
    const other = (await activeRunners(2)).map(({ id }) => id).filter((id) => id !== hanging);
    const groupId = await sendCommand(world, { kind: 'RESTART', runnerIds: [hanging, ...other], rolling: true });
    expect(await readCommandStates(world, groupId)).toContain('waiting');
    await untilDone(groupId);
    const { rows } = await query('SELECT status, attempt, crashes FROM "JobRun" WHERE id = $1', spinning);
    expect(rows).toEqual([{ status: 'SUCCESS', attempt: 1, crashes: 0 }]);
  }
  const verdict = await world.expectAllRight();
  const injected = {
    what: `event loops blocked for ${HANG_MS / 1_000} s during a restart`,
    count: HANGS,
    target: HANGS,
  };
  reportFinding('restarts of runners that hang', injected, verdict);
});

const WAIT = { timeout: 90_000, interval: 50 };

/** Runners that are started again whenever they end for that, until the test does. */
async function supervise(count: number, options: { concurrency?: number } = {}): Promise<void> {
  const start = () => world.startRunner({ ...options, settings: SUPERVISED });
  const begun = Array.from({ length: count }, () => ({ isOver: false, program: start() }));
  supervised.push(...begun);
  for (const each of begun) void keepStarted(each, start);
  await Promise.all(begun.map(({ program }) => program.ready));
}

async function keepStarted(each: (typeof supervised)[number], start: () => Program): Promise<void> {
  const code = await each.program.exited;
  if (each.isOver || code !== RESTART_EXIT_CODE) return;
  each.program = start();
  return keepStarted(each, start);
}

const query = <Row extends object = object>(text: string, ...values: unknown[]) =>
  world.database.pool.query<Row>(text, values);

/** Once there are so many. */
const activeRunners = (count: number) =>
  vi.waitFor(async () => {
    const { rows } = await query<{ id: string }>(
      `SELECT id FROM "Runner" WHERE status = 'ACTIVE' ORDER BY "startedAt"`,
    );
    expect(rows).toHaveLength(count);
    return rows;
  }, WAIT);

const untilStatus = (runnerId: string | undefined, status: string) =>
  vi.waitFor(async () => {
    const { rows } = await query('SELECT status FROM "Runner" WHERE id = $1', runnerId);
    expect(rows).toEqual([{ status }]);
  }, WAIT);

async function statusesOf(runIds: string[]): Promise<string[]> {
  const { rows } = await query<{ status: string }>('SELECT status FROM "JobRun" WHERE id = ANY ($1)', runIds);
  return rows.map(({ status }) => status);
}

async function untilDone(groupId: string): Promise<void> {
  await vi.waitFor(async () => {
    const states = await readCommandStates(world, groupId);
    expect(states).toEqual(states.map(() => 'done'));
  }, WAIT);
}
