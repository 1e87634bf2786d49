import pg from 'pg';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../testing/database.js';
import { changeOwnPassword, findAccount, writeAccount } from './accounts.js';
import { beginSession } from './sessions.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const from = { ip: null, userAgent: null };
const by = { actorId: null, actorEmail: null, ...from };
const account = { email: 'ada@example.com', passwordHash: 'old', role: 'ADMIN' as const };
const seen = async () => {
  const found = await findAccount(database.pool, account.email);
  if (!found) throw new Error('no account');
  return found;
};

it('changes no password past a person who is signing in, for that session could not be ended', async () => {
  await writeAccount(database.pool, account);
  const before = await seen();
  const signingIn = new pg.Client(database.url);
  await signingIn.connect();
  try {
    await signingIn.query('BEGIN');
    await beginSession(signingIn, before, 60_000, from);
    const change = { passwordHash: 'new', sessionId: crypto.randomUUID() };
    const changing = changeOwnPassword(database.pool, before, change, by);
    await vi.waitFor(async () => {
      const waiting = await database.pool.query(
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      expect(waiting.rowCount).toBe(1);
    });
    await signingIn.query('COMMIT');
    expect(await changing).toBe(false);
    expect(await changeOwnPassword(database.pool, await seen(), change, by)).toBe(true);
    expect(await database.db.session.count()).toBe(0);
  } finally {
    await signingIn.end();
  }
});

it('enables a disabled account that is given a password by hand, and ends its sessions', async () => {
  await writeAccount(database.pool, account);
  const session = await beginSession(database.pool, await seen(), 60_000, from);
  expect(session).not.toBeNull();
  await database.db.user.updateMany({ data: { disabledAt: new Date() } });
  expect(await beginSession(database.pool, await seen(), 60_000, from)).toBeNull();
  await writeAccount(database.pool, account);
  expect(await database.db.session.count()).toBe(0);
  expect(await seen()).toMatchObject({ disabledAt: null });
});
