import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createTestKit } from '@job-manager/testing';
import { expect, it } from 'vitest';
import { jobs, nightly, order } from './ours.js';

const read = (path: string) => readFileSync(fileURLToPath(new URL(path, import.meta.url)), 'utf8');
const document = read('../../../docs/coming-from.md');
const OTHERS = ['bullmq', 'pg-boss', 'graphile-worker'].map((name) => `../../bench/coming-from/${name}.ts`);

const regionsOf = (path: string) =>
  [...read(path).matchAll(/\/\/ #region \w+\n([\s\S]*?)\/\/ #endregion\n/g)].map(([, code]) => code);

it('every snippet of the document is part of a program that the compiler checks, and none of them is missing', () => {
  const shown = [...document.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code]) => code);
  expect(shown.sort()).toEqual(['./ours.ts', ...OTHERS].flatMap(regionsOf).sort());
});

it('names the versions that the programs were checked against', () => {
  const { dependencies } = JSON.parse(read('../../bench/package.json')) as { dependencies: Record<string, string> };
  const [, ...named] = /^\| here \| (.*) \|$/m.exec(document)?.[0].split(' | ') ?? [];
  expect(named.map((name) => name.replace(' |', ''))).toEqual([
    `BullMQ ${dependencies.bullmq?.split('.')[0]}`,
    `pg-boss ${dependencies['pg-boss']?.split('.')[0]}`,
    `graphile-worker ${dependencies['graphile-worker']?.split('.').slice(0, 2).join('.')}`,
  ]);
});

it('our snippets do what their text describes', async () => {
  const kit = await createTestKit({ databaseUrl: process.env.TEST_DATABASE_URL ?? '', jobs: [...jobs, nightly] });
  await order(kit.client as never);
  const runs = await kit.enqueued();
  expect(
    runs.map(({ parameters, channel, priority, delayMs, uniqueKey }) => [
      parameters.order,
      channel,
      priority,
      delayMs,
      uniqueKey,
    ]),
  ).toEqual([
    [1, 'mail', 0, 0, null],
    [2, 'mail', 10, 60_000, null],
    [3, 'mail', 0, 0, 'order 3'],
    [4, 'mail', 0, 0, null],
    [5, 'mail', 0, 0, null],
  ]);
  expect((await kit.drain()).map(({ status }) => status)).toEqual(Array(4).fill('SUCCESS'));
  const clock = kit.installClock();
  await clock.advance(86_400_000);
  clock.uninstall();
  expect((await kit.drain()).map(({ jobName }) => jobName).sort()).toEqual(['nightly', 'sendInvoice']);
  await kit.close();
});
