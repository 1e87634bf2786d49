import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { isFull, size } from '@job-manager/engine/testing/size';
import { upsertAccount } from '@job-manager/server/auth/accounts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { reportFinding } from './world/report.js';
import { World } from './world/world.js';

const HOUR_MS = 3_600_000;
const OFFSETS_H = isFull ? [-24, -1, 1, 24] : [-24];
const LOAD_MS = size(2_000, 3_000);
/** What a clock that is set again and again goes through, and how fast. */
const JUMPS_H = [0, 1, -1, 24, -24, 0.5, -24, 24];
const JUMP_EVERY_MS = 250;
const JUMPS_MS = size(2_500, 8_000);
const JUMPING = {
  SKEW_JUMPS_MS: JUMPS_H.map((hours) => hours * HOUR_MS).join(','),
  SKEW_EVERY_MS: String(JUMP_EVERY_MS),
};

let world: World;
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world?.close());

it(`has the same result whatever the clocks of runners and server show (${OFFSETS_H.join(', ')} hours, and jumps)`, async () => {
  await world.startRunners(1);
  for (const hours of OFFSETS_H) {
    const [skewed] = await world.startRunners(1, { skewMs: hours * HOUR_MS });
    await world.restartServer('stop', -hours * HOUR_MS);
    await load(LOAD_MS);
    await skewed?.stop();
  }
  await world.startRunners(1, { skewMs: 0, settings: JUMPING });
  await world.restartServer('stop', 0, JUMPING);
  const tookMs = await load(JUMPS_MS);
  // No run was taken for stalled, and no wrong clock got into a row.
  const verdict = await world.expectAllRight();
  expect(verdict.claims).toBe(verdict.runs);
  expect(await strangeTimes()).toEqual([]);
  const injected = [
    { what: 'offsets of a runner and the server, to ±24 h', count: 2 * OFFSETS_H.length, target: 2 * OFFSETS_H.length },
    {
      what: 'jumps of the clocks of a runner and the server',
      count: 2 * Math.floor(tookMs / JUMP_EVERY_MS),
      target: (2 * JUMPS_MS) / JUMP_EVERY_MS,
    },
  ];
  reportFinding('wrong clocks', injected, verdict);
});

/** Keeps all runners at work for so long, or a little longer. */
async function load(ms: number): Promise<number> {
  const beganAt = performance.now();
  const stopFeeding = world.keepFeeding(1_000);
  await delay(ms);
  await expectServing();
  await stopFeeding();
  await world.untilQuiet();
  return performance.now() - beganAt;
}

/** Signing in, sessions, statistics and the socket, by a server whose clock is wrong. */
async function expectServing(): Promise<void> {
  const { pool } = world.database;
  const credentials = { email: `${randomUUID()}@example.test`, password: 'correct horse battery' };
  await upsertAccount(pool, { ...credentials, role: 'ADMIN' });
  const { token } = await call<{ token: string }>('POST', '/auth/token', { body: credentials });
  await call('GET', '/auth/me', { token });
  const stats = await call<{ stalled: number; updatedAt: string }>('GET', '/admin/jobs/stats?refresh=true', { token });
  expect(stats.stalled).toBe(0);
  const { rows } = await pool.query(
    `SELECT abs(extract(epoch FROM clock_timestamp() - $1::timestamptz)) < 60 AS near`,
    [stats.updatedAt],
  );
  expect(rows).toEqual([{ near: true }]);
}

async function call<T>(method: string, path: string, { token = '', body }: { token?: string; body?: object }) {
  const answer = await fetch(`${world.url}/api${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: body && JSON.stringify(body),
  });
  expect(answer.status).toBe(200);
  return (await answer.json()) as T;
}

/** Times that the database's clock can't have produced, and durations that no run took. */
async function strangeTimes(): Promise<unknown[]> {
  const { rows } = await world.database.pool.query(`
    SELECT id::text, "queuedAt", "startedAt", "finishedAt", "durationMs", "queueDelayMs" FROM "JobRun"
    WHERE least("queuedAt", "startedAt", "finishedAt", "lastHeartbeatAt") < clock_timestamp() - interval '30 minutes'
       OR greatest("queuedAt", "startedAt", "finishedAt", "lastHeartbeatAt") > clock_timestamp()
       OR "durationMs" NOT BETWEEN 0 AND 600000 OR "queueDelayMs" NOT BETWEEN 0 AND 600000`);
  return rows;
}
