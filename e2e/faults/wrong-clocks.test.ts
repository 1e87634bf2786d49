import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { upsertAccount } from '@job-manager/backend/auth/accounts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { reportFinding } from './world/report.js';
import { isFull, size } from './world/size.js';
import { World } from './world/world.js';

const HOUR_MS = 3_600_000;
const OFFSETS_H = isFull ? [-24, -5, -1, 1, 5, 24] : [-24, 1];
const LOAD_MS = size(4_000, 15_000);

let world: World;
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world?.close());

it(`comes to the same whatever the clocks of runners and server say (${OFFSETS_H.join(', ')} hours)`, async () => {
  await world.startRunners(1);
  for (const hours of OFFSETS_H) {
    const [skewed] = await world.startRunners(1, { skewMs: hours * HOUR_MS });
    await world.restartServer('stop', -hours * HOUR_MS);
    const stopFeeding = world.keepFeeding(1_500);
    await delay(LOAD_MS);
    await expectServing();
    await stopFeeding();
    await world.untilQuiet();
    await skewed?.stop();
  }
  // Nobody took a run for stalled, and nobody's clock got into a row.
  const verdict = await world.expectAllRight();
  expect(verdict.claims).toBe(verdict.runs);
  expect(await strangeTimes()).toEqual([]);
  reportFinding('wrong clocks', `${OFFSETS_H.length} offsets of a runner and the server, to ±24 h`, verdict);
});

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

/** Times that the database's clock can't have told, and durations that no run took. */
async function strangeTimes(): Promise<unknown[]> {
  const { rows } = await world.database.pool.query(`
    SELECT id::text, "queuedAt", "startedAt", "finishedAt", "durationMs", "queueDelayMs" FROM "JobRun"
    WHERE least("queuedAt", "startedAt", "finishedAt", "lastHeartbeatAt") < clock_timestamp() - interval '30 minutes'
       OR greatest("queuedAt", "startedAt", "finishedAt", "lastHeartbeatAt") > clock_timestamp()
       OR "durationMs" NOT BETWEEN 0 AND 600000 OR "queueDelayMs" NOT BETWEEN 0 AND 600000`);
  return rows;
}
