import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createTestDatabase, type TestDatabase } from '@job-manager/backend/testing/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { programOf, ROOT } from './lib/repository.js';

let database: TestDatabase;
let mediaDir: string;
beforeAll(async () => {
  database = await createTestDatabase();
  mediaDir = await mkdtemp(join(tmpdir(), 'job-manager-seed-'));
});
afterAll(async () => {
  await database.drop();
  await rm(mediaDir, { recursive: true });
});

async function seedDatabase(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, DATABASE_URL: database.url, MEDIA_DIR: mediaDir, NO_COLOR: '1' };
  const command = [programOf('tsx'), 'scripts/seedDatabase.ts', ...args];
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, command, { cwd: ROOT, env })) };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
}

it('fills an empty database, and refuses to fill it again', async () => {
  const first = await seedDatabase('--users', '12', '--seed', '3', '--until', '2026-03-01');
  expect(first).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Profile +12$/m) });
  const { rows } = await database.pool.query('SELECT max("createdAt") AS newest FROM "Post"');
  expect(rows[0].newest.getTime()).toBeLessThanOrEqual(Date.UTC(2026, 2, 1));

  const second = await seedDatabase('--users', '12');
  expect(second.code).toBe(1);
  expect(second.stderr).toMatch(/^There is data already in Profile, .*; reset the database first$/m);
  expect(second.stderr).not.toContain('seed.ts:');
});

it.each([
  ['--users', 'many'],
  ['--seed', '-4'],
  ['--until', '2026-02-31'],
  ['--speed', '3'],
])('refuses %s %s and says why', async (option, value) => {
  const { code, stderr } = await seedDatabase(`${option}=${value}`);
  expect(code).toBe(1);
  expect(stderr).toContain(option);
});
