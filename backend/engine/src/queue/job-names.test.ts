import { createClient } from '@job-manager/client/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { TestEngine } from '../testing/engine.js';
import { defineJob } from './job.js';

// As other queues name theirs, and as JavaScript names what every object has.
const NAMES = [
  'sendInvoice',
  'mail.welcome',
  'billing:monthly_close',
  'A',
  'toString',
  'constructor',
  'mail.',
  'x--y__z',
];

const jobs = NAMES.map((name) =>
  defineJob({
    name,
    description: 'Has an unusual name',
    parameters: z.object({}),
    schedules: [{ name: `at-noon-${NAMES.indexOf(name)}`, cron: '0 12 * * *' }],
    run: async (ctx) => ctx.log.info(`This is ${name}`),
  }),
);

let engine: TestEngine;
beforeAll(async () => {
  engine = await TestEngine.create(jobs);
  await engine.declare();
});
afterAll(() => engine.close());

it('runs jobs under all names that are allowed, each by its own key', async () => {
  const client = createClient({ sql: engine.database.pool });
  const runner = engine.runner();
  await runner.start();
  const unique = { key: 'one' };
  for (const jobName of NAMES) {
    const run = await engine.enqueue(jobName, {}, { unique: { ...unique, scope: 'period', periodMs: 3_600_000 } });
    expect(await client.enqueue({ jobName, unique: { ...unique, scope: 'period', periodMs: 3_600_000 } })).toEqual({
      jobRunId: run.id,
      isNew: false,
    });
    expect(await engine.until(run.id, 'SUCCESS', 'FAILED')).toMatchObject({ jobName, status: 'SUCCESS', error: null });
  }
  const counted = await engine.database.pool.query<{ jobName: string }>(
    'SELECT DISTINCT "jobName" FROM "JobRunCount" WHERE runs = 1',
  );
  expect(counted.rows.map(({ jobName }) => jobName).sort()).toEqual([...NAMES].sort());
  expect(await engine.violations()).toEqual({});
});
