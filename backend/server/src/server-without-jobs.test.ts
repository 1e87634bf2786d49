import { createClient } from '@job-manager/client/client';
import { readConfig } from '@job-manager/engine/config';
import { type AnyJob, defineJob } from '@job-manager/engine/queue/job';
import { createRegistry } from '@job-manager/engine/queue/registry';
import { type RunningWorker, startWorker } from '@job-manager/engine/worker';
import type { JobDefinition } from '@job-manager/shared/contract/run';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { startTestServer, type TestServer } from './testing/server.js';

// The jobs are those of an application, whose worker shares nothing with the server but the database.
const invoice = (algorithmVersion: string, parameters: z.ZodObject, more: Partial<AnyJob> = {}): AnyJob =>
  defineJob({
    name: 'sendInvoice',
    description: `Sends an invoice, version ${algorithmVersion}`,
    examples: ['sendInvoice --order=7'],
    algorithmVersion,
    channel: 'mail',
    maxAttempts: 1,
    parameters,
    run: async (_ctx, { order }) => ({ order }),
    ...more,
  });
const first = invoice(
  '1',
  z.strictObject({
    order: z.number().int().positive().describe('The number of the order'),
    copies: z.number().int().max(3).default(1),
    to: z.email().optional(),
    even: z
      .number()
      .refine((n) => n % 2 === 0, 'must be even')
      .optional(),
  }),
  { presets: { first: { order: 1 } } },
);
const second = invoice('2', z.strictObject({ order: z.string() }));

let server: TestServer;
let token: string;
const workers: RunningWorker[] = [];
beforeAll(async () => {
  server = await startTestServer({}, undefined, { jobs: [], jobsModule: '' });
  token = await server.tokenOf('admin@example.test', 'SUPER_ADMIN');
  await startApplication(first);
  await untilDefined((job) => job?.algorithmVersion === '1');
});
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  await server.close();
});

async function startApplication(...jobs: AnyJob[]): Promise<RunningWorker> {
  const worker = await startWorker({
    config: readConfig({ LOG_LEVEL: 'silent', JOBS_POLL_MS: '100' }),
    databaseUrl: server.database.url,
    kind: 'WORKER',
    log: pino({ level: 'silent' }),
    jobs,
    isGuest: true,
  });
  workers.push(worker);
  await worker.declared;
  return worker;
}

async function findDefinition(): Promise<JobDefinition | undefined> {
  const { jobs } = await server.call<{ jobs: JobDefinition[] }>(token, 'GET', '/admin/jobs/definitions');
  return jobs.find(({ name }) => name === 'sendInvoice');
}

const untilDefined = (isSo: (job: JobDefinition | undefined) => boolean) =>
  vi.waitFor(async () => expect(await findDefinition()).toSatisfy(isSo), { timeout: 30_000, interval: 50 });

const post = (path: string, body: object) =>
  fetch(`${server.url}/api${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
const enqueue = (parameters: unknown) => post('/admin/jobs/enqueue', { jobName: 'sendInvoice', parameters });
const queued = async (parameters: unknown): Promise<string> => {
  const answer = await enqueue(parameters);
  const json = (await answer.json()) as { jobRunId: string };
  expect([answer.status, json]).toEqual([201, expect.anything()]);
  return json.jobRunId;
};
const endOf = (id: string) =>
  vi.waitFor(
    async () => {
      const run = await server.call<Record<string, unknown>>(token, 'GET', `/admin/jobs/${id}`);
      expect(run.finishedAt).not.toBeNull();
      return run;
    },
    { timeout: 30_000, interval: 50 },
  );

/** The issues that the process with the code finds in parameters. */
async function issuesByCode(job: AnyJob, parameters: unknown): Promise<unknown> {
  try {
    await createRegistry([job]).check(job.name, parameters);
  } catch (error) {
    return (error as { issues: unknown }).issues;
  }
  throw new Error('The code takes them');
}

describe('a server without the code of a job', () => {
  it('shows what the code declares', async () => {
    const [own] = createRegistry([first]).definitions();
    expect(await findDefinition()).toMatchObject({ ...own });
  });

  it.each([[{}], [{ order: 'x' }], [{ order: 0, copies: 9 }], [{ order: 1, to: 'ada' }], [{ order: 1, ordre: 2 }]])(
    'refuses %j at the door, as the code would',
    async (parameters) => {
      const answer = await enqueue(parameters);
      expect(answer.status).toBe(400);
      const issues = await issuesByCode(first, parameters);
      expect(((await answer.json()) as { issues: unknown }).issues).toEqual(issues);
      const checked = await post('/admin/jobs/definitions/sendInvoice/check', { parameters });
      expect(await checked.json()).toMatchObject({ issues });
    },
  );

  it('queues a run as the code declares it, which a worker with the code executes', async () => {
    const checked = await post('/admin/jobs/definitions/sendInvoice/check', { parameters: { order: 7 } });
    expect(await checked.json()).toMatchObject({ issues: [] });
    const run = await endOf(await queued({ order: 7 }));
    expect(run).toMatchObject({ status: 'SUCCESS', channel: 'mail', maxAttempts: 1, metadata: { order: 7 } });
  });

  it('leaves to the worker what only the code can check', async () => {
    const run = await endOf(await queued({ order: 7, even: 3 }));
    expect(run).toMatchObject({ status: 'FAILED', error: expect.stringContaining('must be even') });
  });

  it('queues batches of it, and schedules it', async () => {
    const batch = await post('/admin/jobs/batches', {
      name: 'two',
      runs: [
        { jobName: 'sendInvoice', parameters: { order: 1 } },
        { jobName: 'sendInvoice', parameters: { order: 'x' } },
      ],
    });
    expect([batch.status, await batch.json()]).toMatchObject([
      400,
      { issues: [{ path: 'runs.1.parameters.order', message: 'must be a number, not a text' }] },
    ]);
    const settings = { name: 'nightly', jobName: 'sendInvoice', cron: '0 3 * * *', timeZone: 'Europe/Oslo' };
    const wrong = await post('/admin/jobs/schedules', { ...settings, parameters: {} });
    expect([wrong.status, await wrong.json()]).toMatchObject([400, { issues: [{ path: 'parameters.order' }] }]);
    const made = await post('/admin/jobs/schedules', { ...settings, parameters: { order: 8 } });
    const { schedule } = (await made.json()) as { schedule: { id: string; problem: string | null } };
    expect(schedule.problem).toBeNull();
    const started = await post(`/admin/jobs/schedules/${schedule.id}/run`, {});
    const { jobRunId } = (await started.json()) as { jobRunId: string };
    expect(await endOf(jobRunId)).toMatchObject({ status: 'SUCCESS', channel: 'mail', metadata: { order: 8 } });
  });

  it('refuses a job that no process has', async () => {
    const answer = await post('/admin/jobs/enqueue', { jobName: 'sendInvoce', parameters: {} });
    expect([answer.status, await answer.json()]).toMatchObject([400, { code: 'UNKNOWN_JOB' }]);
  });

  it('applies the settings that operators have set of it', async () => {
    const put = await fetch(`${server.url}/api/admin/jobs/definitions/sendInvoice/settings`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ priority: 5 }),
    });
    expect(put.status).toBe(200);
    await untilDefined((job) => job?.priority === 5 && job.code.priority === 0);
    expect(await endOf(await queued({ order: 9 }))).toMatchObject({ priority: 5, status: 'SUCCESS' });
  });

  // The last, for the first version is gone from then on.
  it('uses the newest version that runs', async () => {
    await startApplication(second);
    await untilDefined((job) => job?.description === 'Sends an invoice, version 2');
    expect((await enqueue({ order: 7 })).status).toBe(400);
    expect(await endOf(await queued({ order: 'A-7' }))).toMatchObject({
      status: 'SUCCESS',
      metadata: { order: 'A-7' },
    });
    const client = createClient({ sql: server.database.pool });
    await expect(client.enqueue({ jobName: 'sendInvoice', parameters: { order: 7 } })).rejects.toMatchObject({
      code: 'INVALID_PARAMETERS',
      issues: [{ path: 'parameters.order', message: 'must be a text, not a number' }],
    });
  });
});
