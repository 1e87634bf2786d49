import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer, type TestUser } from '../testing/http-test-kit.js';
import { type Receiver, startReceiver } from '../testing/receivers-test-kit.js';
import { type Sent, send } from '../testing/request-test-kit.js';

let server: TestServer;
let receiver: Receiver;
let admin: TestUser;
beforeAll(async () => {
  [server, receiver] = await Promise.all([startTestServer(), startReceiver()]);
  admin = await server.signIn('ADMIN');
});
afterAll(() => Promise.all([server.stop(), receiver.close()]));

const call = (method: Sent['method'], path: string, body?: object) =>
  send(server.url, {
    method,
    path: `/api/admin/alerts${path}`,
    body,
    headers: { authorization: `Bearer ${admin.token}` },
  });

it('has ready rules, which can be changed and not removed', async () => {
  const { rules } = (await call('GET', '/rules')).json;
  expect(rules.filter(({ isOn }: { isOn: boolean }) => isOn)).toMatchObject([{ name: 'Health', kind: 'health' }]);
  expect(rules.map(({ name }: { name: string }) => name)).toEqual(
    expect.arrayContaining(['Critical job failed', 'Any job fails 20 %', 'No runner', 'Channel over target']),
  );
  const { id, isReady, problem, updatedAt, updatedBy, ...rule } = rules.find(
    ({ kind }: { kind: string }) => kind === 'failureRate',
  );
  const changed = await call('PUT', `/rules/${id}`, { ...rule, threshold: 30, isOn: true });
  expect(changed.json.rule).toMatchObject({
    isReady,
    problem,
    threshold: 30,
    isOn: true,
    updatedBy: admin.email,
    rev: 2,
  });
  const again = await call('PUT', `/rules/${id}`, { ...rule, threshold: 40 });
  expect(again.json).toMatchObject({ code: 'CHANGED', current: { threshold: 30 } });
  expect((await call('DELETE', `/rules/${id}`)).json).toMatchObject({
    status: 409,
    detail: expect.stringContaining('switch it off'),
  });
});

it.each([
  [{ kind: 'failureRate', threshold: 101 }, 'threshold', 'must be from 1 to 100'],
  [{ kind: 'runFailed', windowMs: 60_000 }, 'windowMs', 'must be null'],
  [{ kind: 'runFailed', jobs: ['a b'] }, 'jobs.0', 'must be the name of a job'],
  [
    { kind: 'runFailed', quiet: { from: '25:00', to: '07:00', timeZone: 'UTC' } },
    'quiet.from',
    'must be a time of day',
  ],
  [{ kind: 'runFailed', quiet: { from: '22:00', to: '07:00', timeZone: 'Mars' } }, 'quiet.timeZone', 'time zone'],
  [{ kind: 'other' }, 'kind', ''],
])('refuses the rule %j', async (rule, path, message) => {
  const { json } = await call('POST', '/rules', { name: 'a rule', ...rule });
  expect(json).toMatchObject({ status: 400, issues: [{ path, message: expect.stringContaining(message) }] });
});

it('tries a rule on seven days without saving it', async () => {
  await server.database.pool.query(
    `INSERT INTO "JobRunEnded" VALUES ('MINUTE', date_trunc('minute', clock_timestamp()) - interval '3 days', 'echo', 1, 9, 0)`,
  );
  const trial = await call('POST', '/rules/trial', { name: 'a rule', kind: 'failureRate' });
  expect(trial.json).toMatchObject({ total: 1, incidents: [{ subject: 'echo', to: expect.any(String) }] });
  expect((await call('POST', '/rules/trial', { name: 'a rule', kind: 'health' })).json).toMatchObject({ total: null });
});

it('shows the secret of a webhook once and its address never, and refuses private addresses', async () => {
  const made = await call('POST', '/destinations', {
    name: 'hook',
    kind: 'WEBHOOK',
    url: `${receiver.url}/secret-path`,
  });
  expect(made.status).toBe(201);
  expect(made.json.secret).toMatch(/^whsec_/);
  const { id, rev } = made.json.destination;
  const listed = await call('GET', '/destinations');
  expect(listed.text).not.toContain('secret-path');
  expect(listed.text).not.toContain('whsec_');
  expect(listed.json.destinations).toMatchObject([{ name: 'hook', target: new URL(receiver.url).host }]);

  const test = await call('POST', `/destinations/${id}/test`);
  expect(test.json).toMatchObject({ ok: false, detail: expect.stringContaining('ALERTS_PRIVATE_ADDRESSES') });
  expect(receiver.received).toEqual([]);
  const audit = await server.database.pool.query(
    `SELECT details::text AS details FROM "AuditEvent" WHERE action LIKE 'alert-destination.%'`,
  );
  expect(JSON.stringify(audit.rows)).not.toMatch(/secret-path|whsec_/);

  const renewed = await call('PUT', `/destinations/${id}`, { name: 'hook', renewSecret: true, rev });
  expect(renewed.json.secret).toMatch(/^whsec_/);
  expect(renewed.json.secret).not.toBe(made.json.secret);
  const kept = await call('PUT', `/destinations/${id}`, { name: 'renamed', rev: rev + 1 });
  expect(kept.json).toMatchObject({
    secret: null,
    destination: { name: 'renamed', target: new URL(receiver.url).host },
  });
  expect((await call('PUT', `/destinations/${id}`, { name: 'x', emails: ['a@example.com'], rev: 3 })).status).toBe(400);
});

it.each([
  [{ kind: 'EMAIL' }, 'emails'],
  [{ kind: 'EMAIL', emails: ['no address'] }, 'emails.0'],
  [{ kind: 'SLACK' }, 'url'],
  [{ kind: 'SLACK', url: 'file:///etc/passwd' }, 'url'],
  [{ kind: 'SLACK', url: 'https://me:pw@hook.example/' }, 'url'],
  [{ kind: 'WEBHOOK', url: 'https://hook.example/', emails: ['a@example.com'] }, 'emails'],
])('refuses the destination %j', async (destination, path) => {
  const { json } = await call('POST', '/destinations', { name: 'a destination', ...destination });
  expect(json).toMatchObject({ status: 400, issues: [{ path }] });
});

it('names the setting that e-mail lacks before it is needed', async () => {
  const made = await call('POST', '/destinations', { name: 'mail', kind: 'EMAIL', emails: ['ops@example.com'] });
  expect(made.json).toMatchObject({
    secret: null,
    destination: { target: 'ops@example.com', problem: expect.stringContaining('ALERTS_SMTP_URL') },
  });
});

it('lists incidents, open ones first, and records the acts on them', async () => {
  const what = { ruleName: 'A rule', kind: 'runFailed', title: 'echo fails', cause: 'Full', jobName: 'echo' } as const;
  const { incident } = server.database.db;
  const make = async (more: object) =>
    String((await incident.create({ data: { key: crypto.randomUUID(), severity: 'WARNING', ...what, ...more } })).id);
  const open = await make({});
  const critical = await make({ severity: 'CRITICAL' });
  const ended: string[] = [];
  for (let each = 0; each < 3; each++) ended.push(await make({ closedAt: new Date() }));
  const ids = async (query: string) =>
    (await call('GET', `/incidents?${query}`)).json.incidents.map(({ id }: { id: string }) => id);
  expect(await ids('')).toEqual([critical, open, ...[...ended].reverse()]);
  expect((await call('GET', '/incidents?limit=4')).json).toMatchObject({ open: 2, hasMore: true });
  expect(await ids(`before=${ended[1]}`)).toEqual([ended[0]]);
  expect(await ids('state=open&severity=CRITICAL')).toEqual([critical]);
  expect(await ids('jobName=other')).toEqual([]);

  const seen = await call('POST', `/incidents/${open}/acknowledge`, { note: 'on it' });
  expect(seen.json.incident).toMatchObject({ acknowledgedBy: admin.email, note: 'on it' });
  const until = new Date(Date.now() + 3_600_000).toISOString();
  // An offset that PostgreSQL doesn't know.
  const far = await call('POST', `/incidents/${open}/mute`, { until: '8400-02-28T22:40+18:23' });
  expect(far.json.incident.mutedUntil).toBe('8400-02-28T04:17:00.000Z');
  expect((await call('POST', `/incidents/${open}/mute`, { until })).json.incident.mutedUntil).toBe(until);
  expect((await call('POST', `/incidents/${open}/resolve`, {})).json.incident).toMatchObject({ closedBy: admin.email });
  expect((await call('POST', `/incidents/${open}/resolve`, {})).status).toBe(409);
  expect((await call('GET', '/incidents/999999')).status).toBe(404);
});
