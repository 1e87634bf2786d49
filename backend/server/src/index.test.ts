import { createTestDatabase } from '@job-manager/engine/testing/database';
import { expect, it, vi } from 'vitest';
import * as z from 'zod';
import * as jobManager from './index.js';

it('offers this and nothing else', () => {
  expect(Object.keys(jobManager).sort()).toEqual([
    'ConfigError',
    'Listener',
    'Notifier',
    'QueueError',
    'QueueEvents',
    'RegistryError',
    'Runner',
    'SYSTEM',
    'createJobManager',
    'createPool',
    'createQueue',
    'createRedaction',
    'createRegistry',
    'defineJob',
    'migrate',
    'startJobWorker',
    'withMiddleware',
  ]);
});

it('is enough to queue and execute runs without HTTP', async () => {
  const { createPool, createQueue, createRegistry, createRedaction, defineJob } = jobManager;
  const database = await createTestDatabase();
  const add = defineJob({
    name: 'add',
    description: 'Adds two numbers',
    examples: ['add --a=1 --b=2'],
    algorithmVersion: '1',
    parameters: z.object({ a: z.number(), b: z.number() }),
    run: async (_ctx, { a, b }) => ({ sum: a + b }),
  });
  expect(await jobManager.migrate(database.url)).toEqual([]);
  const sql = createPool(database.url);
  const registry = createRegistry([add]);
  const notifier = new jobManager.Notifier(sql);
  const queue = createQueue({ sql, registry, notifier, stalledAfterMs: 300_000 });
  const runner = new jobManager.Runner({
    sql,
    databaseUrl: database.url,
    registry,
    settings: {
      concurrency: 2,
      pollMs: 20,
      heartbeatMs: 1_000,
      stalledAfterMs: 10_000,
      drainMs: 1_000,
      messagesPerRun: 1_000,
    },
    redaction: createRedaction('password'),
    kind: 'WORKER',
    host: 'here',
    version: '1',
    events: new jobManager.QueueEvents(),
    notifier,
  });
  await runner.start();
  const request = { jobName: 'add', parameters: { a: 1, b: 2 }, trigger: 'EVENT' } as const;
  const { run } = await queue.enqueue(request, jobManager.SYSTEM);
  await vi.waitFor(async () => {
    const found = await database.db.jobRun.findUniqueOrThrow({ where: { id: BigInt(run.id) } });
    expect(found).toMatchObject({ status: 'SUCCESS', metadata: { sum: 3 } });
  });
  await runner.stop();
  await notifier.flush();
  await sql.end();
  await database.drop();
});
