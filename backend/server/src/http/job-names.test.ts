import { defineJob } from '@job-manager/engine/queue/job';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { startTestServer, type TestServer, type TestUser } from '../testing/http-test-kit.js';
import { send } from '../testing/request-test-kit.js';

const NAMES = ['sendInvoice', 'mail.welcome', 'billing:monthly_close', 'toString', 'constructor'];

const jobs = NAMES.map((name) =>
  defineJob({ name, description: 'Has an unusual name', parameters: z.object({}), run: async () => {} }),
);

let server: TestServer;
let admin: TestUser;
beforeAll(async () => {
  server = await startTestServer({ jobs, env: { METRICS_TOKEN: 'a token of a scraper, long enough' } });
  admin = await server.signIn('SUPER_ADMIN');
});
afterAll(() => server.stop());

const call = async (method: string, path: string, body?: object) => {
  const headers = { authorization: `Bearer ${admin.token}` };
  const answer = await send(server.url, { method, path: `/api/admin/jobs${path}`, headers, body });
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.json;
};

it.each(NAMES)('every call takes a job named %s', async (jobName) => {
  const of = `/definitions/${encodeURIComponent(jobName)}`;
  const { run } = await call('POST', '/enqueue', { jobName });
  expect(run.jobName).toBe(jobName);
  expect(await call('POST', `${of}/check`, {})).toMatchObject({ issues: [] });
  const at = { jobName, cron: '0 12 * * *' };
  expect((await call('POST', '/schedules', { name: `noon-${NAMES.indexOf(jobName)}`, ...at })).schedule).toMatchObject(
    at,
  );
  await call('POST', `/${run.id}/cancel`);
  expect((await call('GET', `/history?jobName=${jobName}`)).runs).toMatchObject([{ id: run.id }]);
  expect((await call('GET', `${of}/recent`)).recent).toMatchObject([{ jobRunId: run.id }]);
  const { definitions } = { definitions: (await call('GET', '/definitions')).jobs };
  expect(definitions.find(({ name }: { name: string }) => name === jobName)).toMatchObject({
    examples: [],
    id: jobName,
  });
  expect((await call('GET', '/definitions/activity')).jobs.map((job: { jobName: string }) => job.jobName)).toContain(
    jobName,
  );
});

it('shows them in the metrics as they are', async () => {
  const headers = { authorization: 'Bearer a token of a scraper, long enough' };
  const { text } = await send(server.url, { path: '/metrics', headers });
  for (const job of NAMES) expect(text).toContain(`job_manager_runs_ended_total{job="${job}",status="CANCELLED"} 1`);
});
