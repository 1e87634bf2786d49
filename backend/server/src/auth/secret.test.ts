import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadSecret } from './secret.js';

let DATA_DIR: string;
beforeEach(async () => {
  DATA_DIR = join(await mkdtemp(join(tmpdir(), 'job-manager-secret-')), 'not there yet');
});
afterEach(() => rm(join(DATA_DIR, '..'), { recursive: true }));

const text = (secret: Uint8Array) => new TextDecoder().decode(secret);

it('takes JWT_SECRET and leaves the folder alone', async () => {
  expect(text(await loadSecret({ DATA_DIR, JWT_SECRET: 's'.repeat(32) }))).toBe('s'.repeat(32));
  await expect(stat(DATA_DIR)).rejects.toThrow('ENOENT');
});

it('makes a key once, for its owner alone, and finds it again', async () => {
  const secret = text(await loadSecret({ DATA_DIR }));
  expect(secret).toMatch(/^[\w-]{64}$/);
  expect(text(await loadSecret({ DATA_DIR }))).toBe(secret);
  expect((await stat(join(DATA_DIR, 'jwt-secret'))).mode & 0o777).toBe(0o600);
});

it('gives starters of the same moment the same key', async () => {
  const secrets = await Promise.all(Array.from({ length: 8 }, () => loadSecret({ DATA_DIR })));
  expect(new Set(secrets.map(text)).size).toBe(1);
  expect(await readdir(DATA_DIR)).toEqual(['jwt-secret']);
});

it('refuses a key file that is damaged, and explains what to do', async () => {
  await loadSecret({ DATA_DIR });
  const file = join(DATA_DIR, 'jwt-secret');
  await chmod(file, 0o600);
  await writeFile(file, 'short');
  await expect(loadSecret({ DATA_DIR })).rejects.toThrow(/jwt-secret is damaged: remove it/);
});

it('names the setting that is needed where no file can be written', async () => {
  // A file in the place of the folder, in which no user can make one, root included.
  const taken = join(DATA_DIR, '../taken');
  await writeFile(taken, '');
  await expect(loadSecret({ DATA_DIR: taken })).rejects.toThrow(
    /The key of sessions can't be kept in .*jwt-secret \(E\w+\): set JWT_SECRET/,
  );
});
