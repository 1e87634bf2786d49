import { defineJob } from '@job-manager/engine/queue/job';
import { collectRecentCauses } from '@job-manager/engine/queue/maintenance/causes';
import { countEnded } from '@job-manager/engine/queue/transitions/count';
import { writeDayTotals } from '@job-manager/engine/store/day-totals';
import { someRunner } from '@job-manager/engine/testing/some-runner';
import { contract } from '@job-manager/shared/contract/index';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { startTestServer, type TestServer, type TestUser } from '../testing/http-test-kit.js';
import { type Answer, send } from '../testing/request-test-kit.js';
import { actsOnJobs } from './job-limit.js';
import { type ApiRoute, listRoutes } from './routes.js';

const OWN = 'billing-mail';
const OTHER = 'media-scan';

const jobNamed = (name: string) =>
  defineJob({
    name,
    description: `Does ${name}`,
    examples: [name],
    algorithmVersion: '1',
    parameters: z.object({}).loose(),
    run: async () => {},
  });

let server: TestServer;
let boss: TestUser;
let limited: TestUser;
let ids: Record<string, string>;
beforeAll(async () => {
  server = await startTestServer({ jobs: [jobNamed(OWN), jobNamed(OTHER)] });
  boss = await server.signIn('SUPER_ADMIN', 'boss');
  limited = await server.signIn('USER', 'limited');
  await rows(
    `WITH made AS (INSERT INTO "AccessRole" (name, permissions, "jobPatterns") VALUES ('Billing', $2::text[], '{billing-*}') RETURNING id)
     UPDATE "User" SET "accessRoleId" = (SELECT id FROM made) WHERE id = $1`,
    limited.id,
    ['view', 'export', 'viewErrors', 'viewAudit', 'run', 'cancel'],
  );
  const runnerId = await someRunner(server.database.pool);
  await fill(OWN, runnerId);
  ids = { ...(await fill(OTHER, runnerId)), runnerId, jobName: OTHER };
  await collectRecentCauses(server.database.pool);
  await writeDayTotals(server.database.pool);
  const [cause] = await rows(`SELECT fingerprint FROM "RunErrorGroup" WHERE "jobName" = $1`, OTHER);
  ids.fingerprint = cause.fingerprint;
});
afterAll(() => server.stop());

const rows = async (text: string, ...values: unknown[]) => (await server.database.pool.query(text, values)).rows;
const get = (user: TestUser, path: string): Promise<Answer> =>
  send(server.url, { method: 'GET', path: `/api${path}`, headers: { authorization: `Bearer ${user.token}` } });

/** Something of all there is, of one job: the text `<job>` stands wherever a caller could read it. */
async function fill(jobName: string, runnerId: string): Promise<Record<string, string>> {
  const [batch] = await rows(
    `INSERT INTO "JobRunBatch" (name, total) VALUES ($1::text || ' batch', 5) RETURNING id::text`,
    jobName,
  );
  const [schedule] = await rows(
    `INSERT INTO "Schedule" (name, "jobName", cron, source, "nextRunAt") VALUES ($1::text || ' nightly', $1::text, '0 3 * * *', 'API', now() + interval '1 hour') RETURNING id`,
    jobName,
  );
  const runs = await rows(
    `WITH made AS (
       INSERT INTO "JobRun" ("jobName", status, "batchId", "scheduleId", "dueAt", scope, "correlationId", error, "errorStack", "runnerId", "leaseToken",
         attempt, "claimNo", "queuedAt", "startedAt", "finishedAt", "lastHeartbeatAt", "durationMs", "queueDelayMs", "messageCount", "triggeredById")
       SELECT $1::text, status::"JobRunStatus", $2::bigint, CASE WHEN status = 'FAILED' THEN $3::uuid END, CASE WHEN status = 'FAILED' THEN now() END, $1::text || ' scope', 'order-4711', CASE WHEN status = 'FAILED' THEN $1::text || ' broke' END, NULL,
         CASE WHEN status <> 'QUEUED' THEN $4::uuid END, CASE WHEN status = 'RUNNING' THEN gen_random_uuid() END,
         CASE WHEN status = 'QUEUED' THEN 0 ELSE 1 END, CASE WHEN status = 'QUEUED' THEN 0 ELSE 1 END, now() - ago, CASE WHEN status <> 'QUEUED' THEN now() - ago END,
         CASE WHEN status IN ('SUCCESS', 'FAILED', 'CANCELLED') THEN now() - ago END, CASE WHEN status = 'RUNNING' THEN now() END,
         CASE WHEN status IN ('SUCCESS', 'FAILED', 'CANCELLED') THEN 5 END, 5, 1, $5
       FROM (VALUES ('QUEUED', interval '1 minute'), ('RUNNING', interval '1 minute'), ('SUCCESS', interval '1 minute'), ('FAILED', interval '1 minute'),
         ('CANCELLED', interval '1 minute'), ('SUCCESS', interval '3 days')) AS given(status, ago)
       RETURNING *
     ), ended AS (SELECT * FROM made WHERE "finishedAt" IS NOT NULL
     ), counted AS (${countEnded('ended')}
     ), logged AS (
       INSERT INTO "JobRunMessage" ("runId", seq, attempt, level, source, message) SELECT id, 1, 1, 'INFO', 'JOB', $1::text || ' ended' FROM made
     ), tried AS (
       INSERT INTO "JobRunAttempt" ("runId", "claimNo", attempt, outcome, "startedAt", "endedAt", "durationMs", error)
       SELECT id, 0, 1, 'FAILED', now(), now(), 1, $1::text || ' broke' FROM made
     ) SELECT id::text, status FROM made ORDER BY id`,
    jobName,
    batch.id,
    schedule.id,
    runnerId,
    boss.id,
  );
  const jobRunId = runs.find(({ status }) => status === 'FAILED')?.id;
  const [incident] = await rows(
    `INSERT INTO "Incident" (key, "ruleName", kind, severity, title, cause, "jobName") VALUES ($1::text, 'a rule', 'runFailed', 'WARNING', $1::text || ' fails', 'x', $1::text) RETURNING id::text`,
    jobName,
  );
  const [operation] = await rows(
    `INSERT INTO "BulkOperation" (action, request, actor, "runIds", total, state, "startedAt") VALUES ('rerun', jsonb_build_object('action', 'rerun', 'filter', jsonb_build_object('jobName', $1::text)), '{}', '{}', 1, 'DONE', now()) RETURNING id::text`,
    jobName,
  );
  await rows(
    `INSERT INTO "Job" (name, channel, priority, "algorithmVersion", "maxAttempts", "maxCrashes") VALUES ($1::text, 'default', 0, '1', 1, 3) ON CONFLICT DO NOTHING`,
    jobName,
  );
  await rows(
    `INSERT INTO "JobSettings" ("jobName", "autoForceFailAfterMs", "pausedAt", "pauseReason") VALUES ($1::text, 60000, now(), $1::text || ' paused')`,
    jobName,
  );
  await rows(
    `INSERT INTO "SavedParameters" ("jobName", name, "isShared", "ownerId") VALUES ($1::text, $1::text || ' preset', true, $2)`,
    jobName,
    boss.id,
  );
  await rows(
    `INSERT INTO "JobRunEnded" (step, at, "jobName", success, failed, cancelled) VALUES ('MINUTE', date_trunc('minute', now()), $1::text, 1, 1, 1)`,
    jobName,
  );
  await rows(
    `INSERT INTO "AuditEvent" (action, target, "runId", details) VALUES ('run.cancel', $1::text, $2::bigint, '{}')`,
    jobName,
    jobRunId,
  );
  return {
    ...{ jobRunId, batchId: batch.id, scheduleId: schedule.id, incidentId: incident.id, operationId: operation.id },
  };
}

/** What a call needs besides its path. */
const queries: Record<string, string> = {
  'runLists.lookup': 'q=media',
  'metrics.metrics': 'measures=completed,failed&groupBy=job',
  'schedules.previewSchedule': 'cron=0 3 * * *',
  'schedules.previewTiming': 'cron=0 3 * * *',
  'historyExport.runs': 'columns=id,job,result,parameters,metadata',
  'presets.list': `jobName=${OTHER}`,
};
/** Calls whose answers are the same for all: they are about no job, or about health. */
const SHARED: readonly string[] = [];

const reading = listRoutes(contract).filter(
  ({ method, policy }) => method === 'GET' && !actsOnJobs(policy) && policy !== 'public',
);
const pathOf = ({ path, name }: ApiRoute): string => {
  const filled = path.replace(/\{(\w+)\}/g, (_, place: string) => ids[place] ?? '00000000-0000-4000-8000-000000000000');
  return queries[name] === undefined ? filled : `${filled}?${new URLSearchParams(queries[name])}`;
};
/** Whether an answer reveals more of the other job than the request named. */
const leaks = ({ text }: Answer, path: string): boolean =>
  path.includes(OTHER) ? text.replaceAll(`"jobName":"${OTHER}"`, '').includes(`${OTHER} `) : text.includes(OTHER);

describe('a person with a role that is limited to some jobs', () => {
  it('reads nothing of another job by any call, whatever the request', async () => {
    const leaked: string[] = [];
    const shownToBoss: string[] = [];
    for (const route of reading.filter(({ name }) => !SHARED.includes(name))) {
      const path = pathOf(route);
      const [mine, all] = [await get(limited, path), await get(boss, path)];
      if (mine.status >= 500) leaked.push(`${route.name}: ${mine.status}`);
      if (leaks(mine, path)) leaked.push(`${route.name}: ${mine.text.slice(0, 300)}`);
      if (all.status === 200 && leaks(all, path)) shownToBoss.push(route.name);
    }
    expect(leaked).toEqual([]);
    // The same calls show it to those who are not limited: there was something to be seen.
    expect(shownToBoss.length, shownToBoss.join(', ')).toBeGreaterThan(25);
  });

  it('counts and lists the runs of these jobs alone, to the run', async () => {
    const history = (await get(limited, '/admin/jobs/history')).json;
    expect([history.total, history.runs.length]).toEqual([4, 4]);
    expect((await get(boss, '/admin/jobs/history')).json.total).toBe(8);
    const stats = async (user: TestUser) => (await get(user, '/admin/jobs/stats')).json;
    expect([(await stats(limited)).active, (await stats(boss)).active]).toEqual([1, 2]);
    const found = (await get(limited, '/admin/jobs/lookup?q=order-4711')).json.hits;
    expect(found.flatMap(({ runs }: { runs?: object[] }) => runs ?? [])).toHaveLength(6);
    const file = await get(limited, '/admin/jobs/history/export');
    expect(file.text.trim().split('\r\n')).toHaveLength(5);
    const metrics = (await get(limited, '/admin/jobs/metrics?measures=completed&from=2020-01-01T00:00Z')).json;
    expect(metrics.series[0].total).toBe(2);
    const names = (await get(limited, '/admin/jobs/definitions')).json.jobs.map(({ name }: { name: string }) => name);
    expect(names).toEqual([OWN]);
  });

  it.each([
    ...[`jobName=${OTHER}`, `jobName=${OWN},${OTHER}`, `jobName=${OWN}&not=jobName`, 'status=FAILED', 'text=scope'],
    ...['trigger=MANUAL', 'correlationId=order-4711', 'has=errors', 'version=1', 'tookMinMs=1', 'by=boss@example.com'],
    ...[`param=a=b&jobName=${OTHER}`, `tookMinMs=1&jobName=${OTHER}`, `scope=${encodeURIComponent(`${OTHER} scope`)}`],
  ])('finds no run of another job in the history by %s', async (filter) => {
    for (const path of [`/admin/jobs/history?${filter}`, `/admin/jobs/history/export?${filter}`]) {
      const mine = await get(limited, path);
      expect(mine.status, mine.text).toBe(200);
      expect(mine.text).not.toContain(OTHER);
    }
    const others = (await get(boss, `/admin/jobs/history?${filter}`)).json.runs;
    const mine = (await get(limited, `/admin/jobs/history?${filter}`)).json.runs;
    expect(mine.length).toBe(others.filter(({ jobName }: { jobName: string }) => jobName === OWN).length);
  });

  it('finds no run of another job, and is refused to act on one', async () => {
    expect((await get(limited, `/admin/jobs/${ids.jobRunId}`)).status).toBe(404);
    const cancel = await send(server.url, {
      method: 'POST',
      path: `/api/admin/jobs/${ids.jobRunId}/cancel`,
      body: {},
      headers: { authorization: `Bearer ${limited.token}` },
    });
    expect(cancel.status).toBe(403);
  });

  it('sees the same by an API token', async () => {
    const made = await send(server.url, {
      method: 'POST',
      path: '/api/admin/tokens',
      body: { name: 'billing', permissions: ['view'], jobPatterns: ['billing-*'] },
      headers: { authorization: `Bearer ${boss.token}` },
    });
    expect(made.status, made.text).toBe(201);
    const listed = await send(server.url, {
      method: 'GET',
      path: '/api/admin/jobs/history',
      headers: { authorization: `Bearer ${made.json.token}` },
    });
    expect(listed.json.total).toBe(4);
  });
});
