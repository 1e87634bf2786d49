import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { claimInstance, findInstance } from './instance.js';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'instance-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

const noteFile = () => join(dataDir, 'server.json');
const rewrite = async (change: object) => {
  const note = JSON.parse(await readFile(noteFile(), 'utf8'));
  await writeFile(noteFile(), JSON.stringify({ ...note, ...change }));
};

it('refuses a second server of one folder, naming the address of the first', async () => {
  const first = await claimInstance(dataDir);
  await expect(claimInstance(dataDir)).rejects.toThrow(/is already starting from this folder/);
  await first.announce('http://127.0.0.1:3000');
  await expect(claimInstance(dataDir)).rejects.toThrow(`already runs at http://127.0.0.1:3000`);
});

it('has room for another once the first has gone', async () => {
  const first = await claimInstance(dataDir);
  await first.release();
  expect(await findInstance(dataDir)).toBeUndefined();
  await expect(claimInstance(dataDir)).resolves.toBeDefined();
});

it('takes the place of a server that was killed', async () => {
  await claimInstance(dataDir);
  // No system gives out pids this high.
  await rewrite({ pid: 2 ** 30 });
  await expect(claimInstance(dataDir)).resolves.toBeDefined();
});

it('takes the place of a server whose pid another program has now', async () => {
  await claimInstance(dataDir);
  await rewrite({ startedAt: 'another time' });
  await expect(claimInstance(dataDir)).resolves.toBeDefined();
});

it.each(['', '{', '[]', '{"pid":"x"}'])('takes no notice of a damaged note %j', async (text) => {
  await writeFile(noteFile(), text);
  await expect(claimInstance(dataDir)).resolves.toBeDefined();
});

it('lets one of several that start at once through', async () => {
  const started = await Promise.allSettled([1, 2, 3].map(() => claimInstance(dataDir)));
  expect(started.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

it('names the folder that can not be made', async () => {
  await writeFile(join(dataDir, 'file'), '');
  await expect(claimInstance(join(dataDir, 'file', 'data'))).rejects.toThrow(/DATA_DIR: the folder .* can't be made/);
});
