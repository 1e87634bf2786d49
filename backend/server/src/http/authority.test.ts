import { QueueEvents } from '@job-manager/engine/queue/events';
import { Scheduler } from '@job-manager/engine/queue/maintenance/scheduler';
import { createRegistry } from '@job-manager/engine/queue/registry';
import { Notifier } from '@job-manager/engine/store/notifier';
import { someRunner } from '@job-manager/engine/testing/some-runner';
import type { AuditAction } from '@job-manager/shared/audit';
import { contract } from '@job-manager/shared/contract/index';
import { type Permission, type TokenPermission, tokenPermissions } from '@job-manager/shared/permissions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AccessTestServer,
  callOf,
  fillPath,
  SECRET_TEXT,
  startAccessTestServer,
} from '../testing/access-test-kit.js';
import { ECHO } from '../testing/http-test-kit.js';
import { type AccessGround, boundToJobs, limitedProgram, program } from '../testing/identities-test-kit.js';
import { type Answer, problemCode, send } from '../testing/request-test-kit.js';
import { actsOnJobs } from './job-limit.js';
import { jobReach, jobReachOf } from './job-reach.js';
import { type ApiRoute, listRoutes } from './routes.js';

const routes = listRoutes(contract);

let server: AccessTestServer;
let ground: AccessGround;
let admin: string;
beforeAll(async () => {
  server = await startAccessTestServer();
  ground = { ...server, secret: SECRET_TEXT };
  admin = await server.tokenFor('ADMIN');
});
afterAll(() => server.stop());

const as = (token: string, method: string, path: string, body?: object): Promise<Answer> =>
  send(server.url, { method, path: `/api/admin/jobs${path}`, body, headers: { authorization: `Bearer ${token}` } });
const tokenWith = async (...permissions: TokenPermission[]): Promise<string> =>
  (await program(ground, permissions).token()) ?? '';
const enqueue = (token: string, body: object) => as(token, 'POST', '/enqueue', { jobName: 'echo', ...body });
const rows = async (text: string, ...values: unknown[]) => (await server.run(text, ...values)).rows;

/** What guards each change that the audit log speaks of; null for what takes no permission. */
const guards = {
  'session.begin': null,
  'session.end': null,
  'session.refused': null,
  'access.denied': null,
  'run.enqueue': 'run',
  'run.start-here': 'run',
  'run.start-external': 'execute',
  'run.complete-external': 'execute',
  'run.fail-external': 'execute',
  'run.cancel': 'cancel',
  'run.reschedule': 'run',
  'run.replace': 'run',
  'run.recover': 'cleanup',
  'run.time-out': null,
  'run.ask-force-fail': 'forceFail',
  'run.force-fail': 'forceFail',
  'run.emergency-fail': 'emergency',
  'run.prune': null,
  'batch.enqueue': 'run',
  'batch.cancel': 'cancel',
  'channel.set': 'manageChannels',
  'channel.pause': 'manageChannels',
  'channel.resume': 'manageChannels',
  'job.set': 'manageJobs',
  'job.reset': 'manageJobs',
  'job.pause': 'manageJobs',
  'job.resume': 'manageJobs',
  'job.set-cause': 'manageJobs',
  'runner.command': 'manageRunners',
  'runner.set-defaults': 'manageSettings',
  'runner.start-here': 'manageRunners',
  'runner.clean-up': 'cleanup',
  'schedule.create': 'run',
  'schedule.change': 'run',
  'schedule.remove': 'manageSchedules',
  'schedule.pause': 'manageSchedules',
  'schedule.resume': 'run',
  'schedule.run': 'run',
  'schedule.backfill': 'run',
} as const satisfies Partial<Record<AuditAction, Permission | null>>;
const guardOf = (action: string): unknown => (action in guards ? guards[action as keyof typeof guards] : 'a person');

/** In the parameters of everything that others made. */
const OF_OTHERS = 'word-of-others';

/** A run in each state, a batch and a schedule, all made by another person. */
async function others(): Promise<Record<string, string>> {
  const name = `schedule-${crypto.randomUUID().slice(0, 8)}`;
  const parameters = { word: OF_OTHERS };
  const queued = await enqueue(admin, { parameters, unique: { key: name }, delayMs: 60_000 });
  const finished = await enqueue(admin, { parameters });
  await rows(`UPDATE "JobRun" SET status = 'FAILED', "finishedAt" = now() WHERE id = $1`, finished.json.jobRunId);
  const batch = await as(admin, 'POST', '/batches', { name, runs: [{ jobName: 'echo', parameters }] });
  const schedule = await as(admin, 'POST', '/schedules', { name, jobName: 'echo', parameters, everyMs: 3_600_000 });
  return {
    key: name,
    jobRunId: queued.json.jobRunId,
    finishedId: finished.json.jobRunId,
    batchId: batch.json.batchId,
    scheduleId: schedule.json.scheduleId,
    channel: 'default',
    jobName: 'echo',
    operationId: '999999',
    presetId: '00000000-0000-4000-8000-000000000000',
    viewId: '00000000-0000-4000-8000-000000000000',
    incidentId: '999999',
    ruleId: '00000000-0000-4000-8000-000000000000',
    destinationId: '00000000-0000-4000-8000-000000000000',
    userId: '999999',
    tokenId: '00000000-0000-4000-8000-000000000000',
    roleId: '00000000-0000-4000-8000-000000000000',
    sessionId: '00000000-0000-4000-8000-000000000000',
    runnerId: await someRunner(server.database.pool),
    fingerprint: '0123456789abcdef',
  };
}

/** What a call needs in its body to do something; some do more than one thing. */
const bodies: Record<string, (of: Record<string, string>) => object[]> = {
  'jobs.enqueue': ({ key, finishedId }) => [
    { jobName: 'echo' },
    { jobName: 'echo', rerunOfId: finishedId },
    { jobName: 'echo', unique: { key, onConflict: 'existing' } },
    { jobName: 'echo', unique: { key, onConflict: 'replace' } },
    { jobName: 'echo', unique: { key, onConflict: 'after' } },
  ],
  'batches.enqueueBatch': () => [{ name: 'mine', runs: [{ jobName: 'echo' }], callback: { jobName: 'echo' } }],
  'selfTest.start': () => [{ runs: 1 }],
  'bulk.preview': () => [{ action: 'cancel', filter: { jobName: 'echo' } }],
  'schedules.createSchedule': ({ key }) => [{ name: `${key}-2`, jobName: 'echo', everyMs: 1_000 }],
  'schedules.changeSchedule': ({ key }) => [{ name: key, jobName: 'echo', everyMs: 1_000 }],
  'channels.setChannel': () => [{ weight: 2 }],
  'runners.previewRunnerCommand': ({ runnerId }) => [{ kind: 'PING', runnerIds: [runnerId] }],
  'runners.sendRunnerCommand': ({ runnerId }) => [{ kind: 'PING', runnerIds: [runnerId] }],
  'runners.cleanUpRunners': ({ runnerId }) => [{ runnerIds: [runnerId] }],
  'jobSettings.set': () => [{ slowAfterMs: 60_000 }],
  'metrics.setFailure': () => [{ state: 'RESOLVED' }],
  'external.start': () => [{ jobName: 'a-program' }],
};
const isDestructive = ({ name }: ApiRoute) =>
  ['jobs.cancel', 'batches.cancelBatch', 'schedules.removeSchedule'].includes(name);

describe.each(tokenPermissions)('a token with "%s" alone', (permission) => {
  let token: string;
  const answers: { route: ApiRoute; answer: Answer }[] = [];
  beforeAll(async () => {
    const of = await others();
    token = await tokenWith(permission);
    for (const route of [...routes].sort((a, b) => Number(isDestructive(a)) - Number(isDestructive(b)))) {
      const path = `/api${fillPath(route.path, of)}`;
      const sent = callOf(route);
      for (const body of bodies[route.name]?.(of) ?? [sent.body]) {
        const headers = { authorization: `Bearer ${token}` };
        answers.push({ route, answer: await send(server.url, { ...sent, path, body, headers }) });
      }
    }
  });

  it('makes no call that another permission guards', () => {
    const admitted = answers.filter(({ answer }) => answer.json?.code !== 'FORBIDDEN').map(({ route }) => route);
    for (const { name, policy, alsoNeeds } of admitted) {
      expect([name, policy === 'public' ? permission : policy, ...alsoNeeds]).toEqual([name, permission]);
    }
  });

  it('causes nothing that another permission guards', async () => {
    const entries = await rows(
      `SELECT DISTINCT e.action FROM "AuditEvent" e JOIN "ApiToken" t ON t.id = e."tokenId" WHERE t.permissions = $1`,
      [permission],
    );
    const caused = entries.map(({ action }) => guardOf(action)).filter((guard) => guard !== null);
    expect(caused.filter((guard) => guard !== permission)).toEqual([]);
    const changes = Object.entries(guards).filter(([, guard]) => guard === permission);
    // Cleaning up needs a run that has stalled, and a `view` changes nothing.
    if (changes.length > 0 && permission !== 'cleanup') expect(caused).not.toEqual([]);
  });

  it('sees nothing that others made, but with "view"', () => {
    const seen = answers.filter(({ answer }) => answer.text.includes(OF_OTHERS)).map(({ route }) => route.policy);
    expect(new Set(seen)).toEqual(new Set(permission === 'view' ? ['view'] : []));
    if (permission === 'view' || permission === 'execute') return;
    const whole = answers.filter(({ answer }) => answer.json?.run ?? answer.json?.schedule ?? answer.json?.batch);
    expect(whole.map(({ route }) => route.name)).toEqual([]);
  });
});

describe('a token that is limited to some jobs', () => {
  const acting = routes
    .filter(({ policy }) => actsOnJobs(policy))
    .sort((a, b) => Number(isDestructive(a)) - Number(isDestructive(b)));
  /** The calls that answered a success, by name. */
  const succeededWith = async (token: string): Promise<string[]> => {
    const of = await others();
    const succeeded = new Set<string>();
    for (const route of acting) {
      const path = `/api${fillPath(route.path, of)}`;
      const sent = callOf(route);
      for (const body of bodies[route.name]?.(of) ?? [sent.body]) {
        const answer = await send(server.url, { ...sent, path, body, headers: { authorization: `Bearer ${token}` } });
        if (answer.status < 300) succeeded.add(route.name);
      }
    }
    return [...succeeded].sort();
  };
  const limitedTo = async (pattern: string) => (await limitedProgram(ground, boundToJobs, [pattern]).token()) ?? '';

  it('does to these what another token does, and nothing to others', async () => {
    const unlimited = await succeededWith(await tokenWith(...boundToJobs));
    const bound = unlimited.filter((name) => jobReachOf(name) !== undefined);
    expect(bound.length).toBeGreaterThan(15);
    // The program of `external.start` has a job of another name.
    const own = bound.filter((name) => name !== 'external.start');
    expect((await succeededWith(await limitedTo('ec*'))).filter((name) => name !== 'external.start')).toEqual(own);
    expect(await succeededWith(await limitedTo('another-*'))).toEqual([]);
  });

  it('is written down where it was refused, without the name of the job', async () => {
    const { jobRunId } = await others();
    const token = await limitedTo('another-*');
    const refused = await as(token, 'POST', `/${jobRunId}/cancel`, {});
    expect([problemCode(refused), refused.json.detail]).toEqual([
      'FORBIDDEN',
      'This acts on a job outside of those that your access is limited to: another-*.',
    ]);
    const entries = await rows(
      `SELECT e.action, e.target FROM "AuditEvent" e JOIN "ApiToken" t ON t.id = e."tokenId" WHERE t.prefix = $1`,
      token.slice(0, 10),
    );
    expect(entries).toEqual([{ action: 'access.denied', target: `POST /api/admin/jobs/${jobRunId}/cancel` }]);
  });

  it('reads data of these jobs, and finds nothing of others', async () => {
    const { jobRunId } = await others();
    expect((await as(await limitedTo('ec*'), 'GET', `/${jobRunId}`)).json.parameters).toEqual({ word: OF_OTHERS });
    expect((await as(await limitedTo('another-*'), 'GET', `/${jobRunId}`)).status).toBe(404);
  });

  it('acts on all runs of a filter only where the filter names the job', async () => {
    const token = await limitedTo('echo');
    const preview = (filter: object) => as(token, 'POST', '/bulk/preview', { action: 'cancel', filter });
    expect((await preview({ jobName: 'echo' })).status).toBe(200);
    const whole = await preview({ channel: 'default' });
    expect([problemCode(whole), whole.json.detail]).toEqual(['FORBIDDEN', expect.stringContaining('name them')]);
  });

  it('counts no runs of others that a filter names beside its own, or by leaving out its own', async () => {
    const token = await limitedTo('ec*');
    const preview = (filter: object) => as(token, 'POST', '/bulk/preview', { action: 'rerun', filter });
    expect((await preview({ jobName: 'echo,ecru' })).status).toBe(200);
    expect(problemCode(await preview({ jobName: 'echo,another' }))).toBe('FORBIDDEN');
    expect(problemCode(await preview({ jobName: 'echo', not: 'jobName' }))).toBe('FORBIDDEN');
  });

  it('starts no operation on runs of others that it previewed before it was limited', async () => {
    await others();
    const token = await tokenWith(...boundToJobs);
    const { json } = await as(token, 'POST', '/bulk/preview', { action: 'cancel', filter: { jobName: 'echo' } });
    await rows(`UPDATE "ApiToken" SET "jobPatterns" = '{another-*}' WHERE prefix = $1`, token.slice(0, 10));
    expect(problemCode(await as(token, 'POST', '/bulk', { token: json.token }))).toBe('FORBIDDEN');
  });

  it('cancels no graph in which runs of others hang', async () => {
    const first = await enqueue(admin, { delayMs: 60_000 });
    await rows(`UPDATE "JobRun" SET "jobName" = 'another' WHERE id = $1`, first.json.jobRunId);
    const second = await enqueue(admin, { after: [first.json.jobRunId] });
    const cancel = async (graph: boolean) =>
      as(await limitedTo('echo'), 'POST', `/${second.json.jobRunId}/cancel`, { graph });
    expect(problemCode(await cancel(true))).toBe('FORBIDDEN');
    expect((await cancel(false)).status).toBe(200);
  });

  it('has the reach of calls that act, and of no others', () => {
    const known = Object.entries(jobReach).flatMap(([part, calls]) =>
      Object.keys(calls).map((call) => `${part}.${call}`),
    );
    expect(known.filter((name) => !acting.some((route) => route.name === name))).toEqual([]);
  });
});

it('shows a caller without "view" the id of the run that has the key, and nothing else of it', async () => {
  const { key, jobRunId } = await others();
  for (const onConflict of ['existing', 'replace']) {
    const { json } = await enqueue(await tokenWith('run'), { unique: { key, onConflict } });
    expect(json).toEqual({ jobRunId, isNew: false });
  }
  const { json } = await enqueue(await tokenWith('run', 'view'), { unique: { key } });
  expect(json.run).toMatchObject({ id: jobRunId, uniqueKey: key });
});

describe('a schedule', () => {
  const NIGHTLY = { jobName: 'echo', cron: '0 3 * * *', parameters: { word: 'mine' } };
  const scheduleOf = async (token: string) => {
    const answer = await as(token, 'POST', '/schedules', { ...NIGHTLY, name: `s-${crypto.randomUUID().slice(0, 8)}` });
    expect(answer.status, answer.text).toBe(201);
    return answer.json.scheduleId as string;
  };

  it('is created, changed and resumed by those who may run jobs, and paused and removed by others too', async () => {
    const [steward, runner] = [await tokenWith('manageSchedules'), await tokenWith('run')];
    for (const token of [steward, runner]) {
      expect(problemCode(await as(token, 'POST', '/schedules', { ...NIGHTLY, name: 'denied' }))).toBe('FORBIDDEN');
    }
    const id = await scheduleOf(admin);
    const change = { ...NIGHTLY, name: 'changed', parameters: {} };
    expect(problemCode(await as(steward, 'PUT', `/schedules/${id}`, change))).toBe('FORBIDDEN');
    expect((await as(steward, 'POST', `/schedules/${id}/pause`, {})).json).toEqual({ scheduleId: id });
    const resumed = await as(steward, 'POST', `/schedules/${id}/resume`, {});
    expect([problemCode(resumed), resumed.json.detail]).toEqual(['FORBIDDEN', 'This needs the permission "run".']);
    expect((await as(steward, 'DELETE', `/schedules/${id}`, {})).json).toEqual({ removed: true });
  });

  it('is written down with every value of its parameters, nulls among them', async () => {
    const id = await scheduleOf(admin);
    const parameters = { word: null, deep: { nothing: null, list: [null, 1] } };
    await rows('UPDATE "Schedule" SET parameters = $2 WHERE id = $1', id, parameters);
    await as(admin, 'DELETE', `/schedules/${id}`, {});
    const [entry] = await rows(
      `SELECT details FROM "AuditEvent" WHERE action = 'schedule.remove' AND details ->> 'scheduleId' = $1`,
      id,
    );
    expect(entry.details).toMatchObject({ cron: NIGHTLY.cron, parameters });
    expect(Object.keys(entry.details)).not.toContain('everyMs');
  });

  it('has its runs name who last chose what they do', async () => {
    const id = await scheduleOf(await tokenWith('manageSchedules', 'run'));
    const runOf = async () => {
      await rows(`UPDATE "Schedule" SET "nextRunAt" = now() - interval '1 ms' WHERE id = $1`, id);
      await tickScheduler();
      const [last] = await rows('SELECT "lastRunId" AS id FROM "Schedule" WHERE id = $1', id);
      return (await as(admin, 'GET', `/${last.id}`)).json;
    };
    const unattended = { trigger: 'CRON', triggeredBy: null, triggeredByToken: null };
    expect(await runOf()).toMatchObject({ ...unattended, parametersBy: { person: null, token: 'program' } });

    const change = { ...NIGHTLY, name: 'by-the-admin', overlap: 'queue', parameters: { word: 'new' } };
    expect((await as(admin, 'PUT', `/schedules/${id}`, change)).status).toBe(200);
    const byAdmin = { person: { id: server.people.ADMIN, email: 'admin@example.com' }, token: null };
    expect(await runOf()).toMatchObject({ ...unattended, parametersBy: byAdmin });

    const { jobRunId } = (await as(await tokenWith('run'), 'POST', `/schedules/${id}/run`, {})).json;
    const run = (await as(admin, 'GET', `/${jobRunId}`)).json;
    expect(run).toMatchObject({ trigger: 'API', triggeredByToken: 'program', parametersBy: byAdmin });
  });

  async function tickScheduler(): Promise<void> {
    const { pool } = server.database;
    await new Scheduler({
      sql: pool,
      registry: createRegistry([ECHO]),
      events: new QueueEvents(),
      notifier: new Notifier(pool),
    }).tick();
  }
});

describe('a run whose parameters are replaced', () => {
  it('names who chose them, and the audit log the values before and after', async () => {
    const first = { parameters: { word: 'first' }, scope: 'one', delayMs: 3_600_000, unique: { key: 'replaced' } };
    const { jobRunId } = (await enqueue(admin, first)).json;
    const other = await tokenWith('run');
    const unique = { key: 'replaced', onConflict: 'replace' };
    await enqueue(other, { parameters: { word: 'second' }, priority: 5, delayMs: 3_600_000, unique });
    const run = (await as(admin, 'GET', `/${jobRunId}`)).json;
    expect(run).toMatchObject({
      parameters: { word: 'second' },
      triggeredBy: { email: 'admin@example.com' },
      parametersBy: { person: null, token: 'program' },
    });
    const entries = await rows(
      `SELECT details FROM "AuditEvent" WHERE action = 'run.replace' AND "runId" = $1`,
      jobRunId,
    );
    expect(entries).toMatchObject([
      {
        details: {
          before: { parameters: { word: 'first' }, scope: 'one', priority: 0 },
          after: { parameters: { word: 'second' }, priority: 5, runAt: expect.any(String) },
        },
      },
    ]);
    expect(entries[0].details.after.scope).toBeUndefined();

    await enqueue(admin, { parameters: { word: 'third' }, delayMs: 3_600_000, unique });
    expect((await as(admin, 'GET', `/${jobRunId}`)).json.parametersBy).toMatchObject({
      person: { email: 'admin@example.com' },
    });
  });
});

describe('one API token', () => {
  const start = (token: string, more: object = {}) => as(token, 'POST', '/start', { jobName: 'a-program', ...more });

  it('holds half of the places for external programs, and leaves the others theirs', async () => {
    await rows(`DELETE FROM "JobRun"`);
    const [greedy, other] = [await tokenWith('execute'), await tokenWith('execute')];
    const places = server.config.JOBS_MAX_EXTERNAL;
    const started = await Promise.all(Array.from({ length: places }, () => start(greedy)));
    expect(started.filter(({ status }) => status === 201)).toHaveLength(places / 2);
    expect(problemCode(await start(greedy))).toBe('TOO_MANY_ACTIVE');
    expect((await start(other)).status).toBe(201);
    await rows(`DELETE FROM "JobRun"`);
  });

  it('accepts an hour of silence, and more only where the server allows it', async () => {
    const token = await tokenWith('execute');
    const refused = await start(token, { inactivityTimeoutMs: 3_600_001 });
    expect([refused.status, refused.json.field]).toEqual([400, 'inactivityTimeoutMs']);
    expect((await start(token, { inactivityTimeoutMs: 3_600_000 })).status).toBe(201);
  });
});
