import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../testing/database.js';
import { changeRole, disablePerson } from './users.js';

let database: TestDatabase;
let one: pg.Client;
let two: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase();
  [one, two] = [new pg.Client(database.url), new pg.Client(database.url)];
  await Promise.all([one.connect(), two.connect()]);
});
afterAll(async () => {
  await Promise.all([one.end(), two.end()]);
  await database.drop();
});
beforeEach(() => database.pool.query('DELETE FROM "User"'));
afterEach(() => one.query('ROLLBACK'));

const by = { actorId: null, actorEmail: null, ip: null, userAgent: null };
const superAdmin = async (email: string, more: object = {}) =>
  (await database.db.user.create({ data: { email, role: 'SUPER_ADMIN', passwordHash: 'x', ...more } })).id;
const demote = (client: pg.Client, userId: number) =>
  changeRole(client, { userId, by }, { role: 'ADMIN', accessRoleId: null });
const disable = (client: pg.Client, userId: number) => disablePerson(client, { userId, by });
const left = () =>
  database.db.user.count({ where: { role: 'SUPER_ADMIN', disabledAt: null, passwordHash: { not: null } } });
/** Waits until a statement waits for a lock. */
const untilBlocked = () =>
  vi.waitFor(async () => {
    const waiting = await database.pool.query(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    expect(waiting.rowCount).toBe(1);
  });

it.each([
  ['demoted', 'demoted', demote, demote],
  ['disabled', 'disabled', disable, disable],
  ['demoted', 'disabled', demote, disable],
  ['disabled', 'demoted', disable, demote],
])('keeps one of the last two SUPER_ADMINs, %s and %s at the same moment', async (_a, _b, first, second) => {
  for (const reverse of [false, true]) {
    await database.pool.query('DELETE FROM "User"');
    const ids = [await superAdmin('a@example.com'), await superAdmin('b@example.com')];
    const [a = 0, b = 0] = reverse ? ids.reverse() : ids;
    await one.query('BEGIN');
    expect(await first(one, a)).not.toBeNull();
    const waiting = second(two, b);
    await untilBlocked();
    await one.query('COMMIT');
    expect(await waiting).toBeNull();
    expect(await left()).toBe(1);
  }
});

it('keeps one, however many are demoted at once without waiting for each other', async () => {
  for (let round = 0; round < 10; round++) {
    await database.pool.query('DELETE FROM "User"');
    const ids = await Promise.all(Array.from({ length: 6 }, (_, n) => superAdmin(`${n}@example.com`)));
    await Promise.all(
      ids.map((userId, n) =>
        n % 2
          ? changeRole(database.pool, { userId, by }, { role: 'USER', accessRoleId: null })
          : disablePerson(database.pool, { userId, by }),
      ),
    );
    expect(await left()).toBe(1);
  }
});

it('counts no account that is disabled or has no password as one that is left', async () => {
  await superAdmin('disabled@example.com', { disabledAt: new Date() });
  await superAdmin('no-password@example.com', { passwordHash: null });
  const last = await superAdmin('last@example.com');
  expect(await demote(one, last)).toBeNull();
  expect(await disable(one, last)).toBeNull();
  await superAdmin('another@example.com');
  expect(await demote(one, last)).toMatchObject({ role: 'ADMIN' });
});
