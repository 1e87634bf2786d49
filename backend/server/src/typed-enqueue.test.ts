import { createClient, type JobClient } from '@job-manager/client/client';
import { type AnyJob, defineJob } from '@job-manager/engine/queue/job';
import { SYSTEM } from '@job-manager/engine/queue/system-actor';
import { TestEngine } from '@job-manager/engine/testing/engine';
import { afterAll, afterEach, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import * as z from 'zod';
import { createJobManager } from './job-manager.js';

// What the compiler refuses stands behind @ts-expect-error: `pnpm check` fails where it does not refuse it any more.

const sendInvoice = defineJob({
  name: 'sendInvoice',
  description: 'Sends an invoice',
  parameters: z.object({ order: z.number().int(), copyTo: z.string().optional(), urgent: z.boolean().default(false) }),
  run: async (ctx, { order, urgent }) => ctx.log.info(`Order ${order}`, { urgent }),
});
const cleanUp = defineJob({
  name: 'mail.clean-up',
  description: 'Removes old mail',
  parameters: z.object({ days: z.number().optional() }),
  run: async () => {},
});
const jobs = [sendInvoice, cleanUp];

let engine: TestEngine;
let client: JobClient<typeof jobs>;
beforeAll(async () => {
  engine = await TestEngine.create(jobs);
  client = createClient<typeof jobs>({ sql: engine.database.pool });
});
afterEach(() => engine.clear());
afterAll(() => engine.close());

const parametersOf = async (jobRunId: string) => (await engine.run(jobRunId)).parameters;

describe('the client of typed jobs', () => {
  it('takes what the schema of the job takes', async () => {
    await engine.declare();
    await engine.runner().start();
    const { jobRunId } = await client.enqueue({
      jobName: 'sendInvoice',
      parameters: { order: 12 },
      delayMs: 1_000_000,
    });
    expect(await parametersOf(jobRunId)).toEqual({ order: 12 });
    await client.enqueue({ jobName: 'mail.clean-up' });
    const both = await client.enqueueMany([
      { jobName: 'sendInvoice', parameters: { order: 1, urgent: true } },
      { jobName: 'mail.clean-up', parameters: { days: 3 }, after: [{ index: 0 }] },
    ]);
    expect(both).toHaveLength(2);
  });

  it('refuses at compile time what does not fit', () => {
    const wrong = () => [
      // @ts-expect-error: there is no job of this name
      client.enqueue({ jobName: 'send-invoice', parameters: { order: 1 } }),
      // @ts-expect-error: a misspelt parameter
      client.enqueue({ jobName: 'sendInvoice', parameters: { ordr: 1 } }),
      // @ts-expect-error: a parameter of another type
      client.enqueue({ jobName: 'sendInvoice', parameters: { order: '1' } }),
      // @ts-expect-error: a parameter too many
      client.enqueue({ jobName: 'sendInvoice', parameters: { order: 1, days: 3 } }),
      // @ts-expect-error: the parameters are missing
      client.enqueue({ jobName: 'sendInvoice' }),
      // @ts-expect-error: those of another job
      client.enqueueMany([{ jobName: 'mail.clean-up', parameters: { order: 1 } }]),
      // @ts-expect-error: an option that there is not
      client.enqueue({ jobName: 'mail.clean-up', delay: 5 }),
    ];
    expect(wrong).toBeTypeOf('function');
  });

  it('types jobs by their names and parameters alone, without their code', () => {
    interface Order {
      order: number;
    }
    const other = createClient<{ 'send-invoice': Order }>({ sql: engine.database.pool });
    const calls = () => [
      other.enqueue({ jobName: 'send-invoice', parameters: { order: 1 } }),
      // @ts-expect-error: a misspelt parameter
      other.enqueue({ jobName: 'send-invoice', parameters: { ordr: 1 } }),
    ];
    expect(calls).toBeTypeOf('function');
  });

  it('takes anything where nothing is known of the jobs', () => {
    const untyped = createClient({ sql: engine.database.pool });
    expectTypeOf(untyped.enqueue).toBeCallableWith({ jobName: 'whatever', parameters: { a: 1 } });
    expectTypeOf(untyped.enqueue).toBeCallableWith({ jobName: 'whatever' });
  });
});

describe('the queue of an embedded Job Manager', () => {
  const embed = <Jobs extends readonly AnyJob[]>(given: Jobs) =>
    createJobManager({
      databaseUrl: engine.database.url,
      jobs: given,
      path: '/jobs',
      identify: async () => null,
      settings: { DATABASE_SCHEMA: 'public' },
    });

  it('has the jobs it was made with', async () => {
    const manager = embed(jobs);
    const { run } = await manager.queue.enqueue(
      { jobName: 'sendInvoice', parameters: { order: 7 }, trigger: 'EVENT' },
      SYSTEM,
    );
    expect(run.parameters).toEqual({ order: 7 });
    const wrong = () => [
      // @ts-expect-error: a misspelt parameter
      manager.queue.enqueue({ jobName: 'sendInvoice', parameters: { ordr: 7 }, trigger: 'EVENT' }, SYSTEM),
      manager.queue.enqueueBatch(
        // @ts-expect-error: a parameter of another type
        { name: 'all', trigger: 'EVENT', runs: [{ jobName: 'sendInvoice', parameters: { order: 'x' } }] },
        SYSTEM,
      ),
    ];
    expect(wrong).toBeTypeOf('function');
    await manager.close();
  });

  it('takes any job where the list declares none', async () => {
    const manager = embed(jobs as AnyJob[]);
    const call = () => manager.queue.enqueue({ jobName: 'x', parameters: { y: 1 }, trigger: 'EVENT' }, SYSTEM);
    expect(call).toBeTypeOf('function');
    await manager.close();
  });
});

it('a job keeps its name and its schema for the compiler', () => {
  expectTypeOf(sendInvoice.name).toEqualTypeOf<'sendInvoice'>();
  expectTypeOf<z.input<typeof sendInvoice.parameters>>().toEqualTypeOf<{
    order: number;
    copyTo?: string | undefined;
    urgent?: boolean | undefined;
  }>();
});
