import { someRunner } from '@job-manager/engine/testing/some-runner';
import type { AuditAction } from '@job-manager/shared/audit';
import { contract } from '@job-manager/shared/contract/index';
import { EMERGENCY_CONFIRMATION } from '@job-manager/shared/contract/recovery';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fillPath } from '../testing/access-test-kit.js';
import { PASSWORD } from '../testing/account.js';
import { startTestServer, type TestServer, type TestUser } from '../testing/http-test-kit.js';
import { type Sent, send } from '../testing/request-test-kit.js';
import { codeOf, setUpFactor } from '../testing/second-factor-test-kit.js';
import { type ApiRoute, listRoutes } from './routes.js';

let server: TestServer;
let boss: TestUser;
beforeAll(async () => {
  server = await startTestServer({
    env: { JOBS_FORCE_FAIL_AFTER_MS: '0' },
    deps: { runnersHere: { count: 0, max: 1, refusal: null, startAnother: () => {} } },
  });
  boss = await server.signIn('SUPER_ADMIN', 'boss');
});
afterAll(() => server.stop());

const writes = listRoutes(contract).filter((route) => route.method !== 'GET');

/** A call that succeeds and changes something. */
interface Change {
  action: AuditAction;
  /** Prepares the call: values of the path's placeholders, and the rest of the body. */
  given?: () => Promise<{ path?: Record<string, string>; body?: object; token?: string; cookie?: string }>;
}

/** A call that leaves no entry, and why it need not. */
interface Exception {
  unnoted: string;
  given: NonNullable<Change['given']>;
}

const REPORT = 'a report of the program that executes the run; its start and its end are noted, and the run keeps it';

const calls: Record<string, Change | Exception> = {
  'auth.login': { action: 'session.begin', given: async () => ({ body: credentials() }) },
  'auth.loginCode': {
    action: 'session.begin',
    given: async () => {
      const { user, factor } = await withFactor();
      const body = { email: user.email, password: PASSWORD };
      const headers = { origin: server.url };
      const answer = await send(server.url, { method: 'POST', path: '/api/auth/login', body, headers });
      const [cookie] = answer.headers['set-cookie']?.[0]?.split(';') ?? [];
      return { cookie, body: { code: await factor.freshCode() } };
    },
  },
  'secondFactor.begin': {
    unnoted: 'nothing changes until it is confirmed',
    given: async () => ({ token: (await signInAnew()).token }),
  },
  'secondFactor.confirm': {
    action: 'second-factor.set-up',
    given: async () => {
      const { token } = await signInAnew();
      const headers = { authorization: `Bearer ${token}` };
      const begun = await send(server.url, {
        method: 'POST',
        path: '/api/auth/second-factor/begin',
        body: {},
        headers,
      });
      return { token, body: { code: codeOf(begun.json.secret) } };
    },
  },
  'secondFactor.turnOff': { action: 'second-factor.turn-off', given: () => withProof() },
  'secondFactor.renewRecoveryCodes': { action: 'second-factor.renew-recovery-codes', given: () => withProof() },
  'auth.token': { action: 'session.begin', given: async () => ({ body: credentials() }) },
  'auth.logout': {
    action: 'session.end',
    given: async () => ({ token: (await server.sessions.signIn(credentials(), NOWHERE)).token }),
  },
  'auth.changePassword': {
    action: 'account.change-password',
    given: async () => {
      const { token } = await signInAnew();
      return { token, body: { currentPassword: PASSWORD, newPassword: 'quite another one' } };
    },
  },
  'auth.endSession': {
    action: 'session.end',
    given: async () => {
      const { token, sessionId } = await signInAnew();
      return { token, path: { sessionId }, body: { currentPassword: PASSWORD } };
    },
  },
  'auth.endOtherSessions': {
    action: 'session.end',
    given: async () => {
      const { email } = await signInAnew();
      const { token } = await server.sessions.signIn({ email, password: PASSWORD }, NOWHERE);
      return { token, body: { currentPassword: PASSWORD } };
    },
  },
  'jobs.enqueue': { action: 'run.enqueue', given: async () => ({ body: { jobName: 'echo' } }) },
  'jobs.reschedule': {
    action: 'run.reschedule',
    given: async () => ({ path: { jobRunId: await queued({ runAt: new Date(Date.now() + 3_600_000) }) } }),
  },
  'jobs.reveal': { action: 'run.reveal', given: async () => ({ path: { jobRunId: await queued({}) } }) },
  'jobs.cancel': { action: 'run.cancel', given: async () => ({ path: { jobRunId: await running() } }) },
  'bulk.preview': { unnoted: 'it changes no run', given: async () => ({ body: cancelOne() }) },
  'bulk.begin': { action: 'bulk.start', given: async () => ({ body: { token: await bulkPreview() } }) },
  'bulk.abort': {
    action: 'bulk.abort',
    given: async () => {
      const sent = { method: 'POST', path: '/api/admin/jobs/bulk', body: { token: await bulkPreview() } };
      return { path: { operationId: (await asBoss(sent)).json.operation.id } };
    },
  },
  'channels.setChannel': {
    action: 'channel.set',
    given: async () => ({ path: { channel: 'mail' }, body: { concurrency: 3 } }),
  },
  'channels.pauseChannel': { action: 'channel.pause', given: async () => ({ path: { channel: 'mail' } }) },
  'channels.resumeChannel': {
    action: 'channel.resume',
    given: async () => {
      const [name, pausedAt] = ['paused', new Date()];
      await server.database.db.channel.upsert({ where: { name }, create: { name, pausedAt }, update: { pausedAt } });
      return { path: { channel: name } };
    },
  },
  'jobSettings.set': { action: 'job.set', given: async () => ({ path: { jobName: 'echo' }, body: { priority: 3 } }) },
  'jobSettings.reset': {
    action: 'job.reset',
    given: async () => {
      await server.database.db.jobSettings.upsert({
        where: { jobName: 'echo' },
        create: { jobName: 'echo', priority: 5 },
        update: { priority: 5 },
      });
      return { path: { jobName: 'echo' } };
    },
  },
  'jobSettings.pause': { action: 'job.pause', given: async () => ({ path: { jobName: 'echo' } }) },
  'jobSettings.resume': {
    action: 'job.resume',
    given: async () => {
      const pausedAt = new Date();
      await server.database.db.jobSettings.upsert({
        where: { jobName: 'echo' },
        create: { jobName: 'echo', pausedAt },
        update: { pausedAt },
      });
      return { path: { jobName: 'echo' } };
    },
  },
  'metrics.setFailure': {
    action: 'job.set-cause',
    given: async () => {
      const fingerprint = 'abcdef0123456789';
      const seen = { firstSeenAt: new Date(), lastSeenAt: new Date(), lastRunId: 1n };
      await server.database.db.runErrorGroup.create({
        data: { fingerprint, jobName: 'echo', cause: 'The disk is full', sample: 'The disk is full', ...seen },
      });
      return { path: { fingerprint }, body: { state: 'RESOLVED' } };
    },
  },
  'definitions.check': { unnoted: 'it changes nothing', given: async () => ({ path: { jobName: 'echo' } }) },
  'schedules.previewBackfill': {
    unnoted: 'it changes nothing',
    given: async () => ({ path: await schedule(), body: { from: '2026-01-01T00:00Z', to: '2026-01-02T00:00Z' } }),
  },
  'presets.create': {
    action: 'preset.create',
    given: async () => ({ body: { jobName: 'echo', name: crypto.randomUUID() } }),
  },
  'presets.change': {
    action: 'preset.change',
    given: async () => ({ path: await preset(), body: { name: crypto.randomUUID(), rev: 1 } }),
  },
  'presets.remove': { action: 'preset.remove', given: async () => ({ path: await preset() }) },
  'views.create': { action: 'view.create', given: async () => ({ body: view() }) },
  'views.change': {
    action: 'view.change',
    given: async () => {
      const { page: _, ...content } = view();
      return { path: await savedView(), body: { ...content, rev: 1 } };
    },
  },
  'issues.muteIssue': {
    action: 'issue.mute',
    given: async () => ({ body: { key: 'failing echo', until: 'cleared' } }),
  },
  'alerts.acknowledge': { action: 'incident.acknowledge', given: async () => ({ path: await incident() }) },
  'alerts.mute': { action: 'incident.mute', given: async () => ({ path: await incident(), body: { until: null } }) },
  'alerts.resolve': { action: 'incident.resolve', given: async () => ({ path: await incident() }) },
  'alerts.createRule': { action: 'alert-rule.create', given: async () => ({ body: alertRule() }) },
  'alerts.changeRule': {
    action: 'alert-rule.change',
    given: async () => ({ path: await savedRule(), body: { ...alertRule(), rev: 1 } }),
  },
  'alerts.removeRule': { action: 'alert-rule.remove', given: async () => ({ path: await savedRule() }) },
  'alerts.tryRule': { unnoted: 'it changes nothing', given: async () => ({ body: alertRule() }) },
  'alerts.createDestination': { action: 'alert-destination.create', given: async () => ({ body: destination() }) },
  'alerts.changeDestination': {
    action: 'alert-destination.change',
    given: async () => ({ path: await savedDestination(), body: { name: crypto.randomUUID(), rev: 1 } }),
  },
  'alerts.removeDestination': {
    action: 'alert-destination.remove',
    given: async () => ({ path: await savedDestination() }),
  },
  'alerts.testDestination': {
    action: 'alert-destination.test',
    given: async () => ({ path: await savedDestination() }),
  },
  'views.remove': { action: 'view.remove', given: async () => ({ path: await savedView() }) },
  'schedules.backfill': {
    action: 'schedule.backfill',
    given: async () => ({
      path: await schedule(),
      body: { from: new Date(Date.now() - 90_000_000).toISOString(), to: new Date().toISOString() },
    }),
  },
  'schedules.pauseSchedules': {
    action: 'schedule.pause',
    given: async () => ({ body: { scheduleIds: [(await schedule()).scheduleId] } }),
  },
  'schedules.resumeSchedules': {
    action: 'schedule.resume',
    given: async () => {
      const { scheduleId } = await schedule();
      await server.database.db.schedule.update({ where: { id: scheduleId }, data: { pausedAt: new Date() } });
      return { body: { scheduleIds: [scheduleId] } };
    },
  },
  'schedules.createSchedule': { action: 'schedule.create', given: async () => ({ body: timing() }) },
  'schedules.changeSchedule': {
    action: 'schedule.change',
    given: async () => ({ path: await schedule(), body: timing() }),
  },
  'schedules.removeSchedule': { action: 'schedule.remove', given: async () => ({ path: await schedule() }) },
  'schedules.pauseSchedule': { action: 'schedule.pause', given: async () => ({ path: await schedule() }) },
  'schedules.resumeSchedule': {
    action: 'schedule.resume',
    given: async () => {
      const path = await schedule();
      await server.database.db.schedule.update({ where: { id: path.scheduleId }, data: { pausedAt: new Date() } });
      return { path };
    },
  },
  'schedules.runSchedule': { action: 'schedule.run', given: async () => ({ path: await schedule() }) },
  'batches.enqueueBatch': { action: 'batch.enqueue', given: async () => ({ body: aBatch }) },
  'selfTest.start': { action: 'batch.enqueue', given: async () => ({ body: { runs: 1 } }) },
  'batches.cancelBatch': {
    action: 'batch.cancel',
    given: async () => {
      const answer = await asBoss({ method: 'POST', path: '/api/admin/jobs/batches', body: aBatch });
      return { path: { batchId: answer.json.batch.id } };
    },
  },
  'recovery.cleanupStalled': {
    action: 'run.recover',
    given: async () => ({
      body: { jobRunIds: [await running({ lastHeartbeatAt: new Date(Date.now() - 600_000) })] },
    }),
  },
  'recovery.forceFail': {
    action: 'run.force-fail',
    given: async () => ({ path: { jobRunId: await running({ cancelRequestedAt: new Date(Date.now() - 60_000) }) } }),
  },
  'runners.previewRunnerCommand': { unnoted: 'it changes nothing', given: () => ping() },
  'runners.setRunnerDefaults': {
    action: 'runner.set-defaults',
    given: async () => ({ body: { change: { concurrency: 3 } } }),
  },
  'runners.startRunnerHere': { action: 'runner.start-here' },
  'runners.cleanUpRunners': {
    action: 'runner.clean-up',
    given: async () => {
      const runnerId = await someRunner(server.database.pool);
      await server.database.pool.query(`UPDATE "Runner" SET status = 'LOST' WHERE id = $1`, [runnerId]);
      return { body: { runnerIds: [runnerId] } };
    },
  },
  'runners.sendRunnerCommand': { action: 'runner.command', given: () => ping() },
  'recovery.emergencyCleanup': {
    action: 'run.emergency-fail',
    given: async () => {
      await server.database.pool.query(`DELETE FROM "JobRun" WHERE status = 'RUNNING'`);
      await running();
      return { body: { confirmation: EMERGENCY_CONFIRMATION, startedBefore: new Date().toISOString() } };
    },
  },
  'external.start': { action: 'run.start-external', given: async () => ({ body: { jobName: 'nightly-report' } }) },
  'external.progress': { unnoted: REPORT, given: async () => lease({ progress: 0.5 }) },
  'external.heartbeat': { unnoted: REPORT, given: async () => lease() },
  'external.message': { unnoted: REPORT, given: async () => lease({ message: 'hello' }) },
  'external.complete': { action: 'run.complete-external', given: async () => lease() },
  'external.fail': { action: 'run.fail-external', given: async () => lease({ error: 'no disk' }) },
  'tokens.create': { action: 'token.create', given: async () => ({ body: { name: 'ci', permissions: ['view'] } }) },
  'roles.create': { action: 'role.create', given: async () => ({ body: accessRole() }) },
  'roles.change': { action: 'role.change', given: async () => ({ path: await savedRole(), body: accessRole() }) },
  'roles.remove': { action: 'role.remove', given: async () => ({ path: await savedRole() }) },
  'tokens.revoke': {
    action: 'token.revoke',
    given: async () => {
      const body = { name: 'old', permissions: ['view'] };
      const answer = await asBoss({ method: 'POST', path: '/api/admin/tokens', body });
      return { path: { tokenId: answer.json.apiToken.id } };
    },
  },
  'users.create': {
    action: 'account.create',
    given: async () => ({ body: { email: `${crypto.randomUUID()}@example.com`, role: 'ADMIN' } }),
  },
  'users.changeRole': { action: 'account.change-role', given: async () => user({ role: 'SUPER_ADMIN' }) },
  'users.disable': { action: 'account.disable', given: () => user() },
  'users.enable': {
    action: 'account.enable',
    given: async () => {
      const { path } = await user();
      await server.database.db.user.update({
        where: { id: Number(path.userId) },
        data: { disabledAt: new Date() },
      });
      return { path };
    },
  },
  'users.resetPassword': { action: 'account.reset-password', given: () => user() },
  'users.removeSecondFactor': {
    action: 'second-factor.remove',
    given: async () => ({ path: { userId: String((await withFactor()).user.id) } }),
  },
  'users.signOutEverywhere': { action: 'account.sign-out-everywhere', given: () => user() },
  'errors.setState': {
    action: 'errors.set-state',
    given: async () => ({ path: await clientError(), body: { state: 'RESOLVED' } }),
  },
  'errors.report': {
    unnoted: 'a report needs no account, and the report itself is the record',
    given: async () => ({ body: { errors: [{ level: 'error', message: 'x', action: 'a', url: '/' }] } }),
  },
};

const ping = async () => ({ body: { kind: 'PING', runnerIds: [await someRunner(server.database.pool)] } });
const cancelOne = () => ({ action: 'cancel', filter: { jobName: 'echo' } });
const bulkPreview = async (): Promise<string> => {
  await queued({});
  return (await asBoss({ method: 'POST', path: '/api/admin/jobs/bulk/preview', body: cancelOne() })).json.token;
};
const aBatch = { name: 'Tonight', runs: [{ jobName: 'echo' }] };
const NOWHERE = { ip: null, userAgent: null };
const credentials = () => ({ email: boss.email, password: PASSWORD });
const signInAnew = () => server.signIn('ADMIN', crypto.randomUUID());
const withFactor = async () => {
  const user = await signInAnew();
  return { user, factor: await setUpFactor(server, user) };
};
const withProof = async () => ({ token: (await withFactor()).user.token, body: { currentPassword: PASSWORD } });
const user = async (body: object = {}) => ({ path: { userId: String((await signInAnew()).id) }, body });
const asBoss = (sent: Sent) =>
  send(server.url, { ...sent, headers: { authorization: `Bearer ${boss.token}`, 'user-agent': 'the panel' } });

const timing = () => ({ name: `s-${crypto.randomUUID()}`, jobName: 'echo', cron: '0 3 * * *' });
async function schedule() {
  const answer = await asBoss({ method: 'POST', path: '/api/admin/jobs/schedules', body: timing() });
  return { scheduleId: answer.json.schedule.id as string };
}

async function preset() {
  const body = { jobName: 'echo', name: crypto.randomUUID() };
  const answer = await asBoss({ method: 'POST', path: '/api/admin/jobs/presets', body });
  return { presetId: answer.json.preset.id as string };
}

const accessRole = () => ({ name: crypto.randomUUID(), permissions: ['view'], jobPatterns: ['media-*'] });
const savedRole = async () => {
  const answer = await asBoss({ method: 'POST', path: '/api/admin/roles', body: accessRole() });
  return { roleId: answer.json.role.id as string };
};

const view = () => ({ page: 'history', name: crypto.randomUUID(), query: 'status=FAILED' });

async function savedView() {
  const answer = await asBoss({ method: 'POST', path: '/api/admin/jobs/views', body: view() });
  return { viewId: answer.json.view.id as string };
}

const alertRule = () => ({ name: crypto.randomUUID(), kind: 'runFailed' });
const savedRule = async () => {
  const answer = await asBoss({ method: 'POST', path: '/api/admin/alerts/rules', body: alertRule() });
  return { ruleId: answer.json.rule.id as string };
};

const destination = () => ({ name: crypto.randomUUID(), kind: 'EMAIL', emails: ['ops@example.com'] });
const savedDestination = async () => {
  const answer = await asBoss({ method: 'POST', path: '/api/admin/alerts/destinations', body: destination() });
  return { destinationId: answer.json.destination.id as string };
};

const clientError = async () => {
  const fingerprint = 'feedfacefeedface';
  const what = { level: 'error', message: 'it broke', action: 'load', path: '/', url: '/' } as const;
  await server.database.db.clientError.create({ data: { fingerprint, ...what } });
  return { fingerprint };
};

const incident = async () => {
  const what = { ruleName: 'A rule', kind: 'health', severity: 'WARNING', title: 'Slow', cause: 'It is slow' } as const;
  const { id } = await server.database.db.incident.create({ data: { key: crypto.randomUUID(), ...what } });
  return { incidentId: String(id) };
};

async function running(more: object = {}): Promise<string> {
  const lease = { leaseToken: crypto.randomUUID(), runnerId: crypto.randomUUID() };
  const since = { startedAt: new Date(Date.now() - 60_000), lastHeartbeatAt: new Date() };
  const run = { jobName: 'echo', status: 'RUNNING' as const, attempt: 1, claimNo: 1 };
  return String((await server.database.db.jobRun.create({ data: { ...run, ...lease, ...since, ...more } })).id);
}

async function queued(more: object): Promise<string> {
  return String((await server.database.db.jobRun.create({ data: { jobName: 'echo', ...more } })).id);
}

/** What the program of a run that has just begun sends with each call. */
async function lease(body: object = {}) {
  const answer = await asBoss({ method: 'POST', path: '/api/admin/jobs/start', body: { jobName: 'nightly-report' } });
  const { jobRunId, leaseToken } = answer.json;
  return { path: { jobRunId }, body: { leaseToken, ...body } };
}

async function newEntries(work: () => Promise<unknown>) {
  const last = await server.database.db.auditEvent.aggregate({ _max: { id: true } });
  await work();
  return server.database.db.auditEvent.findMany({ where: { id: { gt: last._max.id ?? 0n } } });
}

it.each(writes.map((route) => [route.name, route] as const))('%s', async (name, route: ApiRoute) => {
  const call = calls[name];
  if (!call) throw new Error(`${name} is new: define here how it is called and what the audit log records of it`);
  const { path = {}, body = {}, token = boss.token, cookie } = (await call.given?.()) ?? {};
  const proof: Sent['headers'] =
    cookie === undefined ? { authorization: `Bearer ${token}` } : { cookie, origin: server.url };
  const headers = { ...proof, 'user-agent': 'the panel' };
  const entries = await newEntries(async () => {
    const url = `/api${fillPath(route.path, path)}`;
    const answer = await send(server.url, { method: route.method, path: url, body, headers });
    expect([200, 201, 202], answer.text).toContain(answer.status);
  });
  if ('unnoted' in call) expect(entries).toEqual([]);
  else {
    expect(entries).toMatchObject([{ action: call.action, userAgent: 'the panel', ip: '127.0.0.1' }]);
    expect(entries[0]?.actorEmail).toMatch(/@example\.com$/);
  }
});

it('lists no call that is gone', () => {
  expect(Object.keys(calls).sort()).toEqual(writes.map((route) => route.name).sort());
});

it('notes a program that acts with a token under the name of the token', async () => {
  const body = { name: 'nightly', permissions: ['execute'] };
  const { token, apiToken } = (await asBoss({ method: 'POST', path: '/api/admin/tokens', body })).json;
  const [entry] = await newEntries(() =>
    send(server.url, {
      method: 'POST',
      path: '/api/admin/jobs/start',
      body: { jobName: 'nightly-report' },
      headers: { authorization: `Bearer ${token}` },
    }),
  );
  expect(entry).toMatchObject({
    action: 'run.start-external',
    actorId: null,
    actorEmail: 'token nightly',
    tokenId: apiToken.id,
  });
});
