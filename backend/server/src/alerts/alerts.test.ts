import { createHmac } from 'node:crypto';
import { type Config, readConfig } from '@job-manager/engine/config';
import { collectRecentCauses } from '@job-manager/engine/queue/maintenance/causes';
import { listIncidents, muteIncident, resolveIncident } from '@job-manager/engine/store/alerts/incidents';
import { addRule } from '@job-manager/engine/store/alerts/rules';
import { createTestDatabase, type TestDatabase } from '@job-manager/engine/testing/database';
import type { AlertSeverity } from '@job-manager/shared/alert-rules';
import type { GivenAlertRule } from '@job-manager/shared/contract/alerts/rules';
import type { SystemHealth } from '@job-manager/shared/contract/health';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Mailbox, type Receiver, startMailbox, startReceiver } from '../testing/receivers-test-kit.js';
import { alertSenderOf } from './agent.js';
import { sendAlerts } from './deliver.js';
import { createDestinationSecrets } from './destination-secrets.js';
import { judgeRules, tryRule, unsavedRule } from './judge-rules.js';
import type { Outage } from './outage.js';
import { createDestination } from './save-destination.js';
import type { Rule } from './source.js';

let database: TestDatabase;
let receiver: Receiver;
let mailbox: Mailbox;
let config: Config;
beforeAll(async () => {
  [database, receiver, mailbox] = await Promise.all([createTestDatabase(), startReceiver(), startMailbox()]);
  config = readConfig({
    JWT_SECRET: 'a secret that only these tests know, long enough',
    PUBLIC_URL: 'https://jobs.example.com',
    ALERTS_SMTP_URL: mailbox.url,
    ALERTS_PRIVATE_ADDRESSES: 'on',
  });
});
afterAll(() => Promise.all([database.drop(), receiver.close(), mailbox.close()]));
beforeEach(async () => {
  await database.clear();
  receiver.received.length = 0;
  receiver.answers.length = 0;
  mailbox.mails.length = 0;
  reasons = [];
});

const PERSON = { actorId: null, actorEmail: 'ada@example.com', ip: null, userAgent: null };
const DAY_MS = 86_400_000;
const query = (text: string, values: unknown[] = []) => database.pool.query(text, values);

let reasons: SystemHealth['reasons'] = [];
const health = { system: async () => ({ reasons, slow: [], stalled: [] }) as unknown as SystemHealth };
let outage: Outage | null = null;
const judge = () => judgeRules({ sql: database.pool, health, outage: () => outage });
const send = (settings: Partial<Config> = {}) =>
  sendAlerts({ sql: database.pool, sender: alertSenderOf({ ...config, ...settings }) }, async () => true);
const incidents = async () => (await listIncidents(database.pool, { state: 'all', limit: 50 })).rows;

/** Moves all that was written so far into the past. */
async function wait(ms: number) {
  const past = (column: string) => `"${column}" = "${column}" - $1::float8 * interval '1 ms'`;
  await query(
    `UPDATE "Incident" SET ${['openedAt', 'lastAt', 'notifiedAt', 'closedAt', 'mutedUntil'].map(past).join(', ')}`,
    [ms],
  );
  await query(`UPDATE "AlertDelivery" SET ${['nextAt', 'createdAt', 'sentAt'].map(past).join(', ')}`, [ms]);
}

async function destination(kind: 'EMAIL' | 'WEBHOOK' | 'SLACK', path = '/hook') {
  const place = kind === 'EMAIL' ? { emails: ['ops@example.com'] } : { url: `${receiver.url}${path}` };
  const secrets = createDestinationSecrets(config, { isEmbedded: false });
  const made = await createDestination(
    { sql: database.pool, secrets },
    { name: `${kind} ${path}`, kind, ...place },
    PERSON,
  );
  if (!made) throw new Error('There are too many');
  return made;
}

const GIVEN: GivenAlertRule = {
  ...{
    name: 'a rule',
    kind: 'runFailed',
    jobs: [],
    onlyCritical: false,
    channels: [],
    threshold: null,
    windowMs: null,
  },
  ...{ severity: 'CRITICAL', destinationIds: [], remindMs: 14_400_000, quiet: null, isOn: true },
};
const rule = async (given: Partial<GivenAlertRule>) => addRule(database.pool, { ...GIVEN, ...given }, PERSON);
/** The rules that come with an installation are on for health alone. */
const healthRule = (destinationIds: string[]) =>
  query(`UPDATE "AlertRule" SET "destinationIds" = $1::uuid[] WHERE kind = 'health'`, [destinationIds]);

/** Runs that ended just now, with what their ends leave behind. */
async function ended(
  jobName: string,
  status: 'SUCCESS' | 'FAILED',
  runs = 1,
  error = 'There is no user with the id 7',
) {
  await query(
    `WITH made AS (
       INSERT INTO "JobRun" ("jobName", status, error, "finishedAt", "startedAt", "queuedAt")
       SELECT $1, $2::"JobRunStatus", $3, clock_timestamp(), clock_timestamp(), clock_timestamp() FROM generate_series(1, $4::int) RETURNING *)
     INSERT INTO "JobRunCount" AS c (hour, "jobName", status, runs, "totalDurationMs")
     SELECT date_trunc('hour', "finishedAt", 'UTC'), "jobName", status, count(*), 0 FROM made GROUP BY 1, 2, 3
     ON CONFLICT (hour, "jobName", status) DO UPDATE SET runs = c.runs + EXCLUDED.runs`,
    [jobName, status, status === 'FAILED' ? error : null, runs],
  );
}

it('notifies a mailbox and a webhook of sixty failures of one cause once, and once more when a run succeeds again', async () => {
  const { id } = await destination('EMAIL');
  await rule({ destinationIds: [id, (await destination('WEBHOOK')).id] });
  await ended('match-scores', 'FAILED', 59);
  expect(await judge()).toEqual({ opened: 1, reopened: 0, closed: 0, reminded: 0 });
  await ended('match-scores', 'FAILED');
  await judge();
  await send();
  await send();
  const [run] = (await query('SELECT max(id)::text AS id FROM "JobRun"')).rows;
  const [incident] = await incidents();
  expect(incident).toMatchObject({ jobName: 'match-scores', count: 60, closedAt: null, lastRunId: run.id });

  await ended('match-scores', 'SUCCESS');
  await judge();
  await send();
  expect(mailbox.mails).toHaveLength(1);
  await wait(301_000);
  expect(await judge()).toEqual({ opened: 0, reopened: 0, closed: 1, reminded: 0 });
  await judge();
  await send();

  const [opened, over] = mailbox.mails;
  expect(mailbox.mails).toHaveLength(2);
  expect(receiver.received.map(({ body }) => JSON.parse(body).messages[0].event)).toEqual(['opened', 'closed']);
  expect(opened?.to).toEqual(['ops@example.com']);
  expect(opened?.source).toContain('Subject: Critical: match-scores fails: 59 runs since the last success');
  expect(opened?.source).toContain('There is no user with the id 7');
  const link = `https://jobs.example.com/admin/alerts?incident=${incident?.id}`;
  expect(opened?.source.replace(/=3D/g, '=')).toContain(link);
  expect(over?.source).toContain('Subject: Over: match-scores fails');
  const thread = `<incident-${incident?.id}@jobs.example.com>`;
  expect([opened, over].map((mail) => mail?.source.includes(`In-Reply-To: ${thread}`))).toEqual([true, true]);
});

it('signs what it sends to a webhook, and names each message by a key that stays', async () => {
  const { id, signingKey } = await destination('WEBHOOK');
  await judge();
  await healthRule([id]);
  reasons = [{ severity: 'CRITICAL', code: 'NO_RUNNER', message: 'No runner is alive.' }];
  receiver.answers.push({ status: 500 }, { status: 302, headers: { location: '/elsewhere' } });
  await judge();
  await expect(send()).rejects.toThrow('WEBHOOK /hook: The receiver answered 500: not now');
  await wait(31_000);
  await expect(send()).rejects.toThrow('redirects are not followed');
  await wait(61_000);
  expect(await send()).toBe('Sent 1 message');

  expect(receiver.received.map(({ path }) => path)).toEqual(['/hook', '/hook', '/hook']);
  const keys = receiver.received.map(({ headers }) => headers['idempotency-key']);
  expect(new Set(keys).size).toBe(1);
  const [first] = receiver.received;
  const signed = `${first?.headers['x-job-manager-timestamp']}.${first?.body}`;
  const signature = createHmac('sha256', signingKey ?? '')
    .update(signed)
    .digest('hex');
  expect(first?.headers['x-job-manager-signature']).toBe(`v1=${signature}`);
  expect(JSON.parse(first?.body ?? '')).toMatchObject({
    id: keys[0],
    messages: [
      {
        event: 'opened',
        incident: { severity: 'CRITICAL', title: 'No runner is alive', cause: 'No runner is alive.' },
      },
    ],
  });
  const [kept] = (await query('SELECT encode(secret, \'escape\') AS secret FROM "AlertDestination"')).rows;
  expect(kept.secret).not.toContain('127.0.0.1');
  expect(kept.secret).not.toContain(signingKey);
});

it('writes to a chat, where no text of an incident can name people or links', async () => {
  const { id } = await destination('SLACK');
  await judge();
  await healthRule([id]);
  reasons = [{ severity: 'WARNING', code: 'FAILURE_RATE', message: 'Failed: <!channel> & more' }];
  await judge();
  await send();
  const { text } = JSON.parse(receiver.received[0]?.body ?? '');
  expect(text).toMatch(/^\*Warning: Many runs fail\*\nFailed: &lt;!channel&gt; &amp; more/);
});

it('reports an outage of the database when it is over, once, and once more when it stayed', async () => {
  const { id } = await destination('WEBHOOK');
  await judge();
  await healthRule([id]);
  outage = { ms: 92_000, endedAt: new Date('2026-03-01T03:12:00Z') };
  reasons = [{ severity: 'CRITICAL', code: 'DATABASE_UNREACHABLE', message: 'The database does not answer.' }];
  await judge();
  reasons = [];
  await judge();
  await send();
  outage = null;
  await wait(301_000);
  await judge();
  await send();
  const events = receiver.received.map(({ body }) => JSON.parse(body).messages[0]);
  expect(events.map(({ event }) => event)).toEqual(['opened', 'closed']);
  expect(events[0].incident).toMatchObject({
    severity: 'CRITICAL',
    title: 'The database did not answer',
    cause: expect.stringContaining('away for 92 s, until 2026-03-01T03:12:00.000Z'),
  });
});

it('reopens what comes back soon, as the same incident, and opens another later', async () => {
  await judge();
  const isBroken = { severity: 'WARNING' as AlertSeverity, code: 'DATABASE_SLOW', message: 'Slow.' };
  reasons = [isBroken];
  await judge();
  reasons = [];
  await wait(200_000);
  expect(await judge()).toMatchObject({ closed: 0 });
  await wait(101_000);
  expect(await judge()).toMatchObject({ closed: 1 });
  reasons = [isBroken];
  await wait(500_000);
  expect(await judge()).toMatchObject({ opened: 0, reopened: 1 });
  reasons = [];
  await wait(301_000);
  await judge();
  reasons = [isBroken];
  await wait(601_000);
  expect(await judge()).toMatchObject({ opened: 1, reopened: 0 });
  expect(await incidents()).toHaveLength(2);
});

it('reminds of incidents that no one acknowledged, and sends nothing of muted or resolved ones', async () => {
  const { id } = await destination('WEBHOOK');
  await judge();
  await healthRule([id]);
  reasons = [{ severity: 'WARNING', code: 'BACKLOG_OLD', message: 'Waits.' }];
  await judge();
  await wait(14_401_000);
  expect(await judge()).toMatchObject({ reminded: 1 });
  const [incident] = await incidents();
  await muteIncident(database.pool, incident?.id ?? '', new Date(Date.now() + DAY_MS), PERSON);
  await wait(14_401_000);
  expect(await judge()).toMatchObject({ reminded: 0 });
  await muteIncident(database.pool, incident?.id ?? '', null, PERSON);
  await resolveIncident(database.pool, incident?.id ?? '', 'known', PERSON);
  expect(await judge()).toMatchObject({ opened: 0, reopened: 0 });
  await send();
  const events = receiver.received.map(({ body }) => JSON.parse(body).messages[0].event);
  expect(events).toEqual(['opened', 'reminder', 'closed']);
  reasons = [];
  await wait(301_000);
  await judge();
  reasons = [{ severity: 'WARNING', code: 'BACKLOG_OLD', message: 'Waits.' }];
  expect(await judge()).toMatchObject({ opened: 1 });
});

it('opens again for a failure after a person resolved the incident', async () => {
  await rule({});
  await ended('trending', 'FAILED');
  await judge();
  const [incident] = await incidents();
  await resolveIncident(database.pool, incident?.id ?? '', null, PERSON);
  expect(await judge()).toMatchObject({ opened: 0 });
  await ended('trending', 'FAILED');
  expect(await judge()).toMatchObject({ opened: 1 });
});

it('sends what comes all at once in one message, and no more than thirty an hour', async () => {
  const { id } = await destination('WEBHOOK');
  await rule({ destinationIds: [id] });
  for (let job = 0; job < 8; job++) await ended(`job-${job}`, 'FAILED');
  await judge();
  await send();
  expect(receiver.received.map(({ body }) => JSON.parse(body).messages.length)).toEqual([8]);

  await query(
    `INSERT INTO "AlertDelivery" ("destinationId", destination, event, content, status, "sentAt")
     SELECT $1, 'x', 'opened', '{}', 'SENT', clock_timestamp() - interval '50 minutes' FROM generate_series(1, 29)`,
    [id],
  );
  await ended('job-9', 'FAILED');
  await judge();
  expect(await send()).toBe('Sent 0 messages');
  await ended('job-10', 'FAILED');
  await judge();
  await send();
  expect(receiver.received).toHaveLength(1);
  await wait(601_000);
  await send();
  expect(receiver.received).toHaveLength(3);
});

it('keeps messages until quiet hours are over', async () => {
  const { id } = await destination('WEBHOOK');
  const at = (ms: number) => new Date(Date.now() + ms).toISOString().slice(11, 16);
  await rule({ destinationIds: [id], quiet: { from: at(-3_600_000), to: at(3_600_000), timeZone: 'UTC' } });
  await ended('trending', 'FAILED');
  await judge();
  await send();
  expect(receiver.received).toHaveLength(0);
  const [held] = (
    await query('SELECT extract(epoch FROM "nextAt" - clock_timestamp())::int AS s, tries FROM "AlertDelivery"')
  ).rows;
  expect(held.tries).toBe(0);
  expect(held.s).toBeGreaterThan(3_400);
  expect(held.s).toBeLessThanOrEqual(3_600);
});

it('sends a message again when the sender died over it, and gives it up after a day', async () => {
  const { id } = await destination('WEBHOOK');
  await rule({ destinationIds: [id] });
  await ended('trending', 'FAILED');
  await judge();
  const dying = alertSenderOf(config);
  dying.send = async () => {
    throw new Error('killed');
  };
  await expect(sendAlerts({ sql: database.pool, sender: dying }, async () => true)).rejects.toThrow('killed');
  expect(await send()).toBe('Nothing to send');
  await wait(121_000);
  expect(await send()).toBe('Sent 1 message');

  await ended('other', 'FAILED');
  await judge();
  await wait(DAY_MS + 1_000);
  receiver.answers.push({ status: 410 });
  await expect(send()).rejects.toThrow('410');
  const [given] = (await query(`SELECT detail FROM "AlertDelivery" WHERE status = 'FAILED'`)).rows;
  expect(given.detail).toBe('The receiver answered 410: not now');
});

it('ends the incidents of a rule that was switched off, and of one that was removed', async () => {
  const made = await rule({});
  await ended('trending', 'FAILED');
  await judge();
  await query('UPDATE "AlertRule" SET "isOn" = false WHERE id = $1', [made?.id]);
  expect(await judge()).toMatchObject({ closed: 1 });
});

it('goes on with all other rules where one can not be judged', async () => {
  await rule({ name: 'broken', kind: 'slowRuns' });
  await rule({ name: 'sound' });
  await ended('trending', 'FAILED');
  const sick = { system: () => Promise.reject(new Error('no health today')) };
  await expect(judgeRules({ sql: database.pool, health: sick })).rejects.toThrow('no health today');
  expect(await incidents()).toMatchObject([{ ruleName: 'sound' }]);
  const { rows } = await query(`SELECT name, problem FROM "AlertRule" WHERE problem IS NOT NULL ORDER BY lower(name)`);
  expect(rows).toEqual([
    { name: 'broken', problem: 'no health today' },
    { name: 'Health', problem: 'no health today' },
  ]);
});

it.each([
  'failureRate',
  'channelLate',
  'stalledRuns',
  'panelErrors',
  'connectionsLost',
  'queueDepth',
  'runnerLost',
  'scheduleSkipped',
  'newCause',
  'runFailed',
] as const)('judges %s now as a trial of seven days judges this moment', async (kind) => {
  await fillWeek();
  const { rows } = await query('SELECT clock_timestamp() AS now');
  const now: number = rows[0].now.getTime();
  const given: Rule = unsavedRule({ ...GIVEN, kind, threshold: null, windowMs: null });
  const { ruleJudgeOf } = await import('./rules.js');
  const { replay, find } = ruleJudgeOf(kind);
  const source = {
    ...{ sql: database.pool, now: new Date(now), critical: new Set<string>(), health: health.system },
    outage: null,
  };
  const spans = (await replay?.(given, source, new Date(now - 7 * DAY_MS))) ?? [];
  expect(spans.length).toBeGreaterThan(0);
  const broken = spans.filter(({ to }) => to === null).map(({ subject }) => subject.split(' ').at(-1));
  const found = await find(given, source);
  expect(found.map(({ subject }) => subject || 'channels').sort()).toEqual([...new Set(broken)].sort());
  expect((await tryRule(given, source))?.length).toBeGreaterThan(0);
});

/** A week in which every rule was broken once, long ago, and some are now. */
async function fillWeek() {
  const at = (minutes: number) => `date_trunc('minute', clock_timestamp()) - interval '${minutes} minutes'`;
  for (const [minutes, failed] of [
    [5_000, 9],
    [3, 9],
  ])
    await query(`INSERT INTO "JobRunEnded" VALUES ('MINUTE', ${at(minutes ?? 0)}, 'echo', 3, $1, 0)`, [failed]);
  for (const [minutes, age] of [
    [5_000, 900_000],
    [4_999, 0],
    [1, 900_000],
  ])
    for (const channel of ['', 'mail'])
      await query(
        `INSERT INTO "QueueSample" (at, channel, queued, due, scheduled, blocked, running, "oldestDueAgeMs") VALUES (${at(minutes ?? 0)}, $1, 9, $2::int, 0, 0, 0, $3::bigint)`,
        [channel, age === 0 ? 0 : 5_000, age],
      );
  for (const minutes of [5_000, 5_001, 5_002, 5_003, 9])
    await query(`INSERT INTO "AuditEvent" (action, at) VALUES ('run.recover', ${at(minutes)})`);
  await query(
    `INSERT INTO "ClientError" (at, fingerprint, level, message, action, path, url, count) VALUES (${at(5_000)}, 'f', 'error', 'm', 'a', '/', '/', 60), (${at(2)}, 'f', 'error', 'm', 'a', '/', '/', 50)`,
  );
  for (const minutes of [5_000, 3])
    await query(
      `INSERT INTO "SystemSample" (at, process, "apiRequests", "apiErrors", sockets, "socketsOpened", "socketsLost", verdict)
       VALUES (${at(minutes)}, gen_random_uuid(), 0, 0, 40, 20, 6, 'OK')`,
    );
  await query(
    `INSERT INTO "RunnerEvent" (at, "runnerId", "runnerName", kind, severity, message) VALUES (${at(5_000)}, gen_random_uuid(), 'a:1', 'lost', 'error', 'm'), (${at(4)}, gen_random_uuid(), 'a:2', 'lost', 'error', 'm')`,
  );
  await query(
    `WITH made AS (INSERT INTO "Schedule" (name, "jobName", source, cron) VALUES ('nightly', 'echo', 'API', '0 3 * * *') RETURNING id)
     INSERT INTO "ScheduleSkip" ("scheduleId", "firstDueAt", "lastDueAt", "dueTimes", reason, at)
     SELECT id, ${at(5_000)}, ${at(5_000)}, 1, 'MISSED'::"ScheduleSkipReason", ${at(5_000)} FROM made`,
  );
  await ended('echo', 'FAILED');
  await query(`UPDATE "JobRun" SET "finishedAt" = clock_timestamp() - interval '1 second'`);
  await collectRecentCauses(database.pool);
}
