import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../testing/database.js';
import { writeHostUser } from './host-users.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

it('lets two people in who bring the same address at the same moment', async () => {
  const first = await database.pool.connect();
  await first.query('BEGIN');
  await writeHostUser(first, { externalId: 'one', email: 'shared@host.example', role: 'ADMIN' });
  const second = writeHostUser(database.pool, { externalId: 'two', email: 'shared@host.example', role: 'ADMIN' });
  await vi.waitFor(async () => {
    const waiting = await database.pool.query(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    expect(waiting.rowCount).toBe(1);
  });
  await first.query('COMMIT');
  first.release();
  expect(await second).toMatchObject({ email: 'shared@host.example (two)' });
});

it('leaves an account of our own alone that has the address', async () => {
  const own = await database.db.user.create({ data: { email: 'own@host.example', passwordHash: 'x', role: 'USER' } });
  const row = await writeHostUser(database.pool, { externalId: '3', email: own.email, role: 'SUPER_ADMIN' });
  expect(row.email).toBe('own@host.example (3)');
  expect(await database.db.user.findUniqueOrThrow({ where: { id: own.id } })).toEqual(own);
});

it('cuts an address that finds no room beside an id', async () => {
  const externalId = 'i'.repeat(200);
  for (const id of ['first', externalId]) {
    await writeHostUser(database.pool, { externalId: id, email: 'e'.repeat(254), role: 'ADMIN' });
  }
  const row = await database.db.user.findUniqueOrThrow({ where: { externalId } });
  expect(row.email).toBe(`${'e'.repeat(51)} (${externalId})`);
});
