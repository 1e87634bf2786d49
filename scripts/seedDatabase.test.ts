import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { createTestDatabase, type TestDatabase } from '@job-manager/engine/testing/database';
import { runCommand } from '@job-manager/server/cli/refusal';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { programOf, ROOT } from './lib/repository.js';
import { createSeedProgram } from './lib/seed-program.js';

let database: TestDatabase;
let mediaDir: string;
beforeAll(async () => {
  database = await createTestDatabase();
  mediaDir = await mkdtemp(join(tmpdir(), 'job-manager-seed-'));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await database.drop();
  await rm(mediaDir, { recursive: true });
});

/** In a process of its own, as people run it. */
async function seedDatabase(...args: string[]): Promise<string> {
  const env = { ...process.env, DATABASE_URL: database.url, MEDIA_DIR: mediaDir, NO_COLOR: '1' };
  const command = [programOf('tsx'), 'scripts/seedDatabase.ts', ...args];
  return (await promisify(execFile)(process.execPath, command, { cwd: ROOT, env })).stdout;
}

/** In this process: what a command writes to stderr before it ends with 1. */
async function refusalOf(...args: string[]): Promise<string> {
  const written: string[] = [];
  const write = (text: string) => void written.push(stripVTControlCharacters(text));
  const error = vi.spyOn(console, 'error').mockImplementation(write);
  const program = createSeedProgram().exitOverride().configureOutput({ writeErr: write });
  try {
    await runCommand(async () => void (await program.parseAsync(args, { from: 'user' })));
    expect(process.exitCode).toBe(1);
  } finally {
    process.exitCode = undefined;
    error.mockRestore();
  }
  return written.join('\n');
}

it('fills an empty database, refuses to fill it again, and removes the runs it invented', async () => {
  const stdout = await seedDatabase('--users', '12', '--seed', '3', '--until', '2026-03-01');
  expect(stdout).toMatch(/^Profile +12$/m);
  const { rows } = await database.pool.query('SELECT max("createdAt") AS newest FROM "sample"."Post"');
  expect(rows[0].newest.getTime()).toBeLessThanOrEqual(Date.UTC(2026, 2, 1));
  const images = await readdir(mediaDir, { recursive: true });
  const painted = images.find((name) => name.endsWith('.png')) ?? '';
  expect((await readFile(join(mediaDir, painted))).subarray(1, 4).toString()).toBe('PNG');

  vi.stubEnv('DATABASE_URL', database.url);
  const refusal = await refusalOf('--users', '12');
  expect(refusal).toMatch(/^There is data already in User, Profile, .*; reset the database first$/m);
  expect(refusal).not.toContain('seed.ts:');

  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  try {
    await createSeedProgram().exitOverride().parseAsync(['--remove'], { from: 'user' });
    expect(log.mock.calls.join('\n')).toMatch(/^Removed [\d,]{5} runs, .*2 channels/);
  } finally {
    log.mockRestore();
  }
  const left = await database.pool.query(
    'SELECT (SELECT count(*) FROM "JobRun") AS runs, (SELECT count(*) FROM "sample"."Profile") AS people',
  );
  expect(left.rows).toEqual([{ runs: '0', people: '12' }]);
});

it.each([
  ['--users', 'many'],
  ['--seed', '-4'],
  ['--until', '2026-02-31'],
  ['--speed', '3'],
])('refuses %s %s and explains why', async (option, value) => {
  expect(await refusalOf(`${option}=${value}`)).toMatch(new RegExp(`^error: .*${option}`, 'm'));
});
