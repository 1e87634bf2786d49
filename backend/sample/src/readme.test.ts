import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { AnyJob } from '@job-manager/engine/queue/job';
import { createRegistry } from '@job-manager/engine/queue/registry';
import { expect, it } from 'vitest';
import { daysAgo, NOW } from './testing/network.js';
import { networkPerTest } from './testing/network-per-test.js';

const sample = networkPerTest();

it("runs the README's example as it is printed there", async () => {
  const job = await loadExample();
  expect(createRegistry([job]).names()).toEqual(['sleepy-profiles']);
  await sample.network.member({ city: 'Berlin', lastActiveAt: daysAgo(40) });
  await sample.network.member({ city: 'Lyon', lastActiveAt: daysAgo(31) });
  await sample.network.member({ city: 'Lyon', lastActiveAt: daysAgo(2) });
  const { metadata, progress } = await sample.run(job, job.defaultParams ?? {}, { startedAt: NOW });
  expect(metadata).toEqual({ profiles: 2, cities: 2 });
  expect(progress.at(-1)?.fraction).toBe(1);
});

async function loadExample(): Promise<AnyJob> {
  const readme = await readFile(resolve(import.meta.dirname, '../../../README.md'), 'utf8');
  const [, code] = /```ts\n(\/\/ backend\/sample\/src\/sleepy-profiles\.ts\n[\s\S]*?)```/.exec(readme) ?? [];
  if (!code) throw new Error('The README has no example of a job');
  const folder = await mkdtemp(join(tmpdir(), 'job-manager-readme-'));
  const file = join(folder, 'sleepy-profiles.ts');
  // From anywhere else its imports would mean other files.
  const absolute = code
    .replace("'@job-manager/engine/queue/job'", `'${resolve(import.meta.dirname, '../../engine/src/queue/job.ts')}'`)
    .replace("'zod'", `'${import.meta.resolve('zod')}'`);
  await writeFile(file, absolute);
  const { sleepyProfilesJob } = await import(/* @vite-ignore */ file);
  await rm(folder, { recursive: true });
  return sleepyProfilesJob;
}
