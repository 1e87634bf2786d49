import { createTestDatabase, type TestDatabase } from '@job-manager/engine/testing/database';
import type { userRoles } from '@job-manager/shared/roles';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AccountError, upsertAccount } from './accounts.js';
import { HashingBusy, hashPassword, isPassword } from './passwords.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const account = { email: 'Ada@Example.com ', password: 'long enough', role: 'ADMIN' as const };

it('creates an account and stores only a hash of its password', async () => {
  const user = await upsertAccount(database.pool, account);
  expect(user).toEqual({ id: expect.any(Number), email: 'ada@example.com', role: 'ADMIN' });
  const stored = await database.db.user.findUniqueOrThrow({ where: { id: user.id } });
  expect(stored.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await isPassword(stored.passwordHash, 'long enough')).toBe(true);
  expect(await isPassword(stored.passwordHash, 'long enougH')).toBe(false);
});

it('gives an account a new password and role, and ends its sessions', async () => {
  const before = await upsertAccount(database.pool, account);
  const { tokenVersion } = await database.db.user.findUniqueOrThrow({ where: { id: before.id } });
  const after = await upsertAccount(database.pool, { ...account, password: 'another one', role: 'USER' });
  const stored = await database.db.user.findUniqueOrThrow({ where: { id: before.id } });
  expect(after).toEqual({ ...before, role: 'USER' });
  expect(stored.tokenVersion).toBe(tokenVersion + 1);
  expect(await isPassword(stored.passwordHash, 'another one')).toBe(true);
});

it.each([
  [{ email: 'nowhere' }, /email is not an e-mail address/],
  [{ password: 'short' }, /password needs at least 8 characters/],
  [{ password: 'x'.repeat(201) }, /password has more than 200 characters/],
  [{ password: 'password1' }, /password is one of the most common/],
  [{ password: 'Ada@example.com' }, /password is little more than a name/],
  [{ role: 'KING' as (typeof userRoles)[number] }, /role must be one of USER, ADMIN, SUPER_ADMIN/],
])('refuses %j in one line', async (wrong, message) => {
  const attempt = upsertAccount(database.pool, { ...account, ...wrong });
  await expect(attempt).rejects.toThrow(AccountError);
  await expect(attempt).rejects.toThrow(message);
});

it('refuses any password of an account that has none', async () => {
  expect(await isPassword(null, '')).toBe(false);
  expect(await isPassword(null, 'long enough')).toBe(false);
});

it('turns people away rather than let a flood of passwords wait without end', async () => {
  const hashes = await Promise.allSettled(Array.from({ length: 110 }, () => hashPassword('x')));
  const refused = hashes.filter((hash) => hash.status === 'rejected');
  expect(refused).toHaveLength(8);
  expect(refused[0]?.reason).toBeInstanceOf(HashingBusy);
  expect(await hashPassword('x')).toMatch(/^\$argon2id/);
});
