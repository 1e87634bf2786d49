import { setTimeout as delay } from 'node:timers/promises';
import { size } from '@job-manager/engine/testing/size';
import { RESTART_EXIT_CODE } from '@job-manager/shared/runner';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { FaultProxy } from './world/fault-proxy.js';
import type { Program } from './world/program.js';
import { reportFinding } from './world/report.js';
import { readCommandStates, sendCommand } from './world/runner-commands.js';
import { World } from './world/world.js';

const RESTARTS = size(12, 200);
const LANES = 6;
const RUNS_PER_RESTART = 20;
const MAX_MS = 1_500;
/** Nothing is to be recovered here: a run that isn't released is detected. */
const LEASES = { JOBS_STALLED_AFTER_MS: '600000' };
const PATIENT = { ...LEASES, JOBS_DRAIN_MS: '300' };
/** Longer than any test: only a second SIGTERM ends the wait for a job that goes on. */
const STUBBORN = { ...LEASES, JOBS_DRAIN_MS: '600000' };
const RUNNERS = 3;
/** Restarts of all of them, one after the other. */
const ROUNDS = size(2, 50);
const SUPERVISED = { ...LEASES, JOBS_DRAIN_MS: '200', JOBS_SUPERVISED: 'on' };
const COMMANDS = size(4, 60);
const ORDERS = [{ kind: 'PING' }, { kind: 'DRAIN' }, { kind: 'SET', change: { concurrency: 20 } }, { kind: 'RESUME' }];
const GATE = 'restarts-are-over';

let world: World;
beforeAll(async () => {
  world = await World.create(LEASES);
});
afterAll(() => world?.close());

it(`burns no attempt when runners are restarted by SIGTERM (${RESTARTS} times)`, async () => {
  let begun = 0;
  const counts = { restarts: 0, hurried: 0 };
  const lane = async () => {
    while (begun++ < RESTARTS) {
      const isHurried = begun % 4 === 0;
      await world.enqueueMany(RUNS_PER_RESTART, anyWait);
      // Some that no grace period is long enough for.
      await world.enqueueMany(1, () => ({ jobName: 'hold', parameters: { gate: GATE } }));
      const runner = world.startRunner({ settings: isHurried ? STUBBORN : PATIENT });
      await runner.ready;
      await delay(Math.random() * 500);
      runner.signal('SIGTERM');
      if (isHurried) counts.hurried += await hurry(runner);
      if ((await runner.exited) === 0) counts.restarts += 1;
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  await world.open(GATE);
  const rest = await world.startRunners(2, { concurrency: 80, settings: LEASES });

  const verdict = await world.expectAllRight();
  const { handedBack, burned } = await readAttempts();
  expect(burned).toBe(0);
  expect(await world.countLines('runners', '"level":50')).toBe(0);
  reportFinding(
    'runner restarted by SIGTERM',
    [
      { what: 'restarts that ended in order', count: counts.restarts, target: RESTARTS },
      {
        what: 'of them hurried by a second SIGTERM',
        count: counts.hurried,
        target: Math.floor(RESTARTS / 8),
        isPart: true,
      },
      { what: 'runs released, no attempt used up', count: handedBack, target: RESTARTS, isPart: true },
    ],
    verdict,
  );
  await Promise.all(rest.map((runner) => runner.stop()));
});

it(`never has two of three runners away that are restarted by command, burns nothing (${ROUNDS} times)`, async () => {
  const runners = Array.from({ length: RUNNERS }, supervise);
  await Promise.all(runners.map(({ ready }) => ready));
  for (let round = 0; round < ROUNDS; round++) {
    await world.enqueueMany(RUNS_PER_RESTART, anyWait);
    const runnerIds = await activeRunners();
    expect(runnerIds).toHaveLength(RUNNERS);
    await untilDone(await sendCommand(world, { kind: 'RESTART', runnerIds, rolling: true }));
  }
  const verdict = await world.expectAllRight();
  expect((await readAttempts()).burned).toBe(0);
  const { restarts, maxAway } = await readRestarts();
  expect(maxAway).toBe(1);
  await sendCommand(world, { kind: 'STOP', runnerIds: await activeRunners() });
  expect(await Promise.all(runners.map(({ ended }) => ended))).toEqual(runners.map(() => 0));
  const target = ROUNDS * RUNNERS;
  reportFinding(
    'runners restarted one after the other',
    { what: 'restarts by command', count: restarts, target },
    verdict,
  );
});

it(`obeys a command once that is delivered twice and announced by no notification (${COMMANDS} times)`, async () => {
  const network = await FaultProxy.start(world.database.url);
  const runner = world.startRunner({ databaseUrl: network.url(world.database.url), settings: LEASES });
  await runner.ready;
  const runnerIds = await activeRunners();
  network.weather = { type: 'deaf' };
  for (let count = 0; count < COMMANDS; count++) {
    await world.enqueueMany(2, anyWait);
    const lost = loseNextCommand(network);
    const groupId = await sendCommand(world, { ...ORDERS[count % ORDERS.length], runnerIds });
    await lost;
    await untilDone(groupId);
  }
  network.weather = { type: 'fine' };
  await untilDone(await sendCommand(world, { kind: 'RESUME', runnerIds }));
  const verdict = await world.expectAllRight();
  expect(await commandsNotDoneOnce()).toEqual([]);
  await runner.stop();
  await network.close();
  const injected = { what: 'commands delivered twice, without notification', count: COMMANDS, target: COMMANDS };
  reportFinding('commands lost and delivered twice', injected, verdict);
});

/** A runner that is started again whenever it ends for that. */
function supervise() {
  const start = () => world.startRunner({ settings: SUPERVISED });
  const first = start();
  const keepStarted = async (runner: Program): Promise<number | null> => {
    const code = await runner.exited;
    return code === RESTART_EXIT_CODE ? keepStarted(start()) : code;
  };
  return { ready: first.ready, ended: keepStarted(first) };
}

async function activeRunners(): Promise<string[]> {
  const { rows } = await world.database.pool.query<{ id: string }>(`SELECT id FROM "Runner" WHERE status = 'ACTIVE'`);
  return rows.map(({ id }) => id);
}

async function untilDone(groupId: string): Promise<void> {
  const isDone = async () => {
    const states = await readCommandStates(world, groupId);
    expect(states).toEqual(states.map(() => 'done'));
  };
  await vi.waitFor(isDone, { timeout: 90_000, interval: 100 });
}

/** Each is away from when it claims nothing more until its successor has reported. */
async function readRestarts(): Promise<{ restarts: number; maxAway: number }> {
  const { rows } = await world.database.pool.query(`
    SELECT count(*) FILTER (WHERE change = -1)::int AS restarts, max(away)::int AS "maxAway" FROM (
      SELECT change, sum(change) OVER (ORDER BY id) AS away FROM (
        SELECT e.id, CASE e.kind WHEN 'draining' THEN 1 ELSE -1 END AS change
        FROM "RunnerEvent" e JOIN "RunnerCommand" c ON c.kind = 'RESTART'
          AND (e.kind = 'draining' AND e."runnerId" = c."runnerId" OR e.kind = 'command-done' AND e."commandId" = c.id)
      ) changes
    ) sums`);
  return rows[0] as { restarts: number; maxAway: number };
}

/** Loses the answer by which a runner first receives a command. Polls that find none come in between. */
async function loseNextCommand(network: FaultProxy): Promise<void> {
  const { ids } = await network.loseAnswerTo(({ name }) => name === 'take-commands');
  if (ids.length === 0) await loseNextCommand(network);
}

/** Commands whose number of completion events is not one. */
async function commandsNotDoneOnce(): Promise<unknown[]> {
  const { rows } = await world.database.pool.query(`
    SELECT c.id, c.kind, count(e.id) AS times FROM "RunnerCommand" c
    LEFT JOIN "RunnerEvent" e ON e."commandId" = c.id AND e.kind = 'command-done'
    WHERE c.kind <> 'STOP' GROUP BY c.id HAVING count(e.id) <> 1`);
  return rows;
}

/**
 * Signals again until it has exited: a signal that comes while another is pending is none. Returns 1 where the first
 * left it waiting.
 */
async function hurry(runner: Program): Promise<number> {
  for (let signals = 0; ; signals++) {
    await Promise.race([delay(50 + Math.random() * 200), runner.exited]);
    if (!runner.isRunning) return Math.min(signals, 1);
    runner.signal('SIGTERM');
  }
}

const anyWait = () => ({ jobName: 'wait', parameters: { ms: Math.round(Math.random() * MAX_MS) } });

/** Nothing here fails by itself, so whatever took more than one attempt had one burned. */
async function readAttempts(): Promise<{ handedBack: number; burned: number }> {
  const { rows } = await world.database.pool.query(`
    SELECT (SELECT count(*)::int FROM "JobRunAttempt" WHERE outcome = 'RELEASED') AS "handedBack",
      (SELECT count(*)::int FROM "JobRun" WHERE attempt <> 1 OR crashes > 0 OR status <> 'SUCCESS' OR error IS NOT NULL) AS burned`);
  return rows[0] as { handedBack: number; burned: number };
}
