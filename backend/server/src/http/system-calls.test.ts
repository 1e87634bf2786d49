import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { startTestServer, type TestServer, type TestUser } from '../testing/http-test-kit.js';
import { send } from '../testing/request-test-kit.js';

let server: TestServer;
let admin: TestUser;
beforeAll(async () => {
  server = await startTestServer();
  admin = await server.signIn('ADMIN');
});
afterAll(() => server.stop());
beforeEach(async () => {
  await query('TRUNCATE "Incident", "RunnerEvent", "SystemSample", "JobVersion" CASCADE');
});

const query = (text: string, values: unknown[] = []) => server.database.pool.query(text, values);
const get = async (path: string) =>
  send(server.url, { path: `/api/admin/system${path}`, headers: { authorization: `Bearer ${admin.token}` } });

async function incident(part: { kind?: string; key?: string; severity?: string; from: string; to?: string }) {
  const { kind = 'runFailed', key = crypto.randomUUID(), severity = 'WARNING', from, to = null } = part;
  const { rows } = await query(
    `INSERT INTO "Incident" (key, "ruleName", kind, severity, title, cause, "openedAt", "closedAt")
     VALUES ($1, 'A rule', $2::text, $3::"AlertSeverity", $2::text || ' broke', 'c', clock_timestamp() - $4::interval, clock_timestamp() - $5::interval) RETURNING id::text`,
    [key, kind, severity, from, to],
  );
  return rows[0].id as string;
}
const samples = (from: string, verdict: string) =>
  query(
    `INSERT INTO "SystemSample" (at, process, "apiRequests", "apiErrors", "apiP95Ms", sockets, "socketsOpened", verdict)
     SELECT at, gen_random_uuid(), 10, 0, 12, 3, 1, $2 FROM generate_series(date_trunc('minute', clock_timestamp()) - $1::interval, clock_timestamp() - interval '1 minute', '1 minute') at`,
    [from, verdict],
  );

// The matrix is read at most every 10 s, so all that is expected of it stands in one test.
it('returns for each part its state, since when, and its days', async () => {
  await query(
    `INSERT INTO "SystemSample" (step, at, minutes, "apiRequests", "apiErrors", sockets, "socketsOpened", verdict)
     SELECT 'HOUR', date_trunc('hour', clock_timestamp()) - day * interval '1 day', 60, 1, 0, 1, 1, 'OK' FROM generate_series(1, 10) day`,
  );
  await samples('5 minutes', 'OK');
  const open = await incident({ kind: 'runFailed', severity: 'CRITICAL', from: '9 minutes' });
  await incident({ kind: 'health', key: `${crypto.randomUUID()} DATABASE_SLOW`, from: '3 days', to: '2 days' });
  await incident({ kind: 'channelLate', severity: 'CRITICAL', from: '40 days', to: '39 days' });
  // Both are of one measurement, which is kept for a second.
  const [{ json }, ready] = await Promise.all([get(''), send(server.url, { path: '/readyz' })]);
  expect(json.verdict).toBe(ready.json.verdict);
  const part = (wanted: string) => json.components.find(({ id }: { id: string }) => id === wanted);
  expect(json.components).toHaveLength(13);
  expect(part('jobs')).toMatchObject({
    status: 'CRITICAL',
    since: expect.any(String),
    incidents: [{ id: open, severity: 'CRITICAL', title: 'runFailed broke' }],
    lastIncident: { id: open },
  });
  expect(part('jobs').days.at(-1)).toBe('CRITICAL');
  expect(part('database').days.filter((day: string) => day === 'WARNING').length).toBeGreaterThanOrEqual(2);
  expect(part('database')).toMatchObject({ since: null, upPercent: 100, figure: expect.stringContaining('query') });
  // An incident is known of days without samples as well; what else was then is not.
  expect(part('queue').days.filter((day: string) => day === 'CRITICAL').length).toBeGreaterThanOrEqual(1);
  expect(part('external').days.filter((day: string | null) => day === null).length).toBeGreaterThanOrEqual(78);
  expect(json.api.p95Ms).toBeCloseTo(12);
  expect(json.incidents).toEqual({ open: 1, critical: 1, lastDay: 1 });
  expect(json.firstDay).toBe(new Date(Date.parse(json.checkedAt) - 89 * 86_400_000).toISOString().slice(0, 10));
});

it('lists what happened, the newest first, page by page without a gap', async () => {
  const open = await incident({ from: '10 minutes', to: '5 minutes' });
  await query(
    `INSERT INTO "RunnerEvent" (at, "runnerId", "runnerName", kind, severity, message)
     SELECT clock_timestamp() - nr * interval '1 minute', gen_random_uuid(), 'a:1', 'joined', 'info', 'joined ' || nr FROM generate_series(11, 13) nr`,
  );
  await samples('20 minutes', 'OK');
  await query(`UPDATE "SystemSample" SET verdict = 'WARNING' WHERE at > clock_timestamp() - interval '8 minutes'`);
  await query(
    `INSERT INTO "JobVersion" ("jobName", version, declaration, "firstSeenAt") SELECT name, 'v', '{}', clock_timestamp() - interval '30 minutes' FROM unnest(ARRAY['echo', 'mail', 'a', 'b', 'c', 'd', 'e', 'f']) name`,
  );
  await query(
    `INSERT INTO "AuditEvent" (action, at, details) VALUES ('run.prune', clock_timestamp() - interval '40 minutes', '{"runs": 12, "status": "SUCCESS"}')`,
  );
  const whole = (await get('/events')).json;
  expect(whole.next).toBeNull();
  expect(whole.events.map(({ message }: { message: string }) => message)).toEqual([
    'Over: runFailed broke',
    'Health is WARNING, was OK',
    'runFailed broke',
    ...['a:1: joined 11', 'a:1: joined 12', 'a:1: joined 13'],
    'New versions of 8 jobs: a, b, c, d, e and 3 more',
    'Removed 12 old success runs',
  ]);
  expect(whole.events[0]).toMatchObject({ incidentId: open, severity: 'success', kind: 'incident' });

  const paged: string[] = [];
  let before = '';
  for (let page = 0; page < 5; page++) {
    const { events, next } = (await get(`/events?limit=2${before}`)).json;
    paged.push(...events.map(({ id }: { id: string }) => id));
    if (next === null) break;
    before = `&before=${encodeURIComponent(next)}`;
  }
  expect(paged).toEqual(whole.events.map(({ id }: { id: string }) => id));
  const runners = (await get('/events?kind=runner')).json.events;
  expect(runners.map(({ kind }: { kind: string }) => kind)).toEqual(['runner', 'runner', 'runner']);
});

it.each(['2026-13-01T00:00:00.000Z x', 'yesterday x', '2026-01-01T00:00:00.000Z', '0000-01-01T00:00:00.000Z x'])(
  'refuses %s as the place of a page',
  async (before) => {
    expect((await get(`/events?before=${encodeURIComponent(before)}`)).status).toBe(400);
  },
);
