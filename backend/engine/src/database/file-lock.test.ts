import { chmod, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ConfigError } from '../config.js';
import { tryLock, withFileLock } from './file-lock.js';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lock-'));
  file = join(folder, 'lock');
});
afterEach(async () => {
  await chmod(folder, 0o755);
  await rm(folder, { recursive: true, force: true });
});

const taken = async () => [await tryLock(file), await tryLock(file)].filter(Boolean).length;

it('is held by one at a time, and released in the end', async () => {
  let inside = 0;
  const enter = () =>
    withFileLock(file, async () => {
      expect(++inside).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      inside--;
    });
  await Promise.all([enter(), enter(), enter()]);
  await expect(readFile(file)).rejects.toThrow('ENOENT');
});

it.each([
  ['by an ended process', '999999999'],
  ['by one with the pid of this one, before it', String(process.pid)],
  ['by one with the pid of this one that started at another time', `${process.pid} 1 x`],
  ['by one whose pid another process has by now', `${process.ppid} 1 x`],
])('is taken over where it was left %s', async (_by, text) => {
  await writeFile(file, text);
  expect(await taken()).toBe(1);
});

it('is taken over where it was left empty, not where it is about to be written into', async () => {
  await writeFile(file, '');
  expect(await taken()).toBe(0);
  await utimes(file, new Date(0), new Date(0));
  expect(await taken()).toBe(1);
});

it('is never taken over by two', async () => {
  await writeFile(file, '999999999');
  const all = await Promise.all(Array.from({ length: 20 }, () => tryLock(file)));
  expect(all.filter(Boolean).length).toBeLessThanOrEqual(1);
  await tryLock(file);
  expect(await readFile(file, 'utf8')).toMatch(new RegExp(`^${process.pid} `));
});

it('is left to a process that lives', async () => {
  await writeFile(file, String(process.ppid));
  expect(await taken()).toBe(0);
});

it('is not "held" where it cannot be written', async () => {
  await writeFile(file, '');
  const refused = join(file, 'lock');
  await expect(withFileLock(refused, async () => {})).rejects.toThrow(ConfigError);
  await expect(tryLock(refused)).rejects.toThrow(`The file ${refused} can't be written`);
});
