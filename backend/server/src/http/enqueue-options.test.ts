import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer, type TestUser } from '../testing/http-test-kit.js';
import { problemCode, send } from '../testing/request-test-kit.js';

let server: TestServer;
let admin: TestUser;
beforeAll(async () => {
  server = await startTestServer();
  admin = await server.signIn('ADMIN');
});
afterAll(() => server.stop());
beforeEach(() => server.database.pool.query('TRUNCATE "JobRun", "JobRunMessage"'));

const enqueue = (options: object) =>
  send(server.url, {
    method: 'POST',
    path: '/api/admin/jobs/enqueue',
    body: { jobName: 'echo', ...options },
    headers: { authorization: `Bearer ${admin.token}` },
  });

describe('the call that queues a run', () => {
  it('takes channel, priority, time, scope, attempts, retries and timeout', async () => {
    const options = {
      channel: 'mail',
      priority: -7,
      runAt: '2031-02-03T04:05:06.789+01:00',
      scope: 'user 5',
      maxAttempts: 9,
      retry: { backoffMs: 100 },
      timeoutMs: 1_000,
    };
    const { status, json } = await enqueue(options);
    expect(status).toBe(201);
    expect(json).toMatchObject({
      isNew: true,
      run: {
        channel: 'mail',
        priority: -7,
        runAt: '2031-02-03T03:05:06.789Z',
        scope: 'user 5',
        maxAttempts: 9,
        timeoutMs: 1_000,
        retryPolicy: { backoffMs: 100, factor: 2, maxBackoffMs: 3_600_000 },
      },
    });
  });

  it('has runs wait for others', async () => {
    const first = await enqueue({});
    const { json } = await enqueue({ after: [first.json.jobRunId], when: 'finished' });
    expect(json.run).toMatchObject({
      isBlocked: true,
      waitsFor: 'finished',
      dependsOn: [{ jobRunId: first.json.jobRunId, jobName: 'echo', status: 'QUEUED' }],
    });
  });

  it('answers the run that has the key, or names its holder', async () => {
    const first = await enqueue({ unique: { key: 'k' } });
    expect(first.json.run.unique).toEqual({ key: 'k', scope: 'running', until: null });
    expect((await enqueue({ unique: { key: 'k' } })).json).toMatchObject({
      jobRunId: first.json.jobRunId,
      isNew: false,
    });
    const refused = await enqueue({ unique: { key: 'k', onConflict: 'refuse' } });
    expect(refused.status).toBe(409);
    expect(refused.json).toMatchObject({
      code: 'DUPLICATE',
      detail: `Run #${first.json.jobRunId} has the key "k".`,
      issues: [{ path: 'unique.key' }],
    });
  });

  it('replaces, and writes down who did', async () => {
    const first = await enqueue({ unique: { key: 'k' }, parameters: { word: 'one' } });
    const second = await enqueue({ unique: { key: 'k', onConflict: 'replace' }, parameters: { word: 'two' } });
    expect(second.json).toMatchObject({
      jobRunId: first.json.jobRunId,
      isNew: false,
      run: { parameters: { word: 'two' } },
    });
    const { rows } = await server.database.pool.query(
      `SELECT "actorEmail" FROM "AuditEvent" WHERE action = 'run.replace' AND "runId" = $1`,
      [first.json.jobRunId],
    );
    expect(rows).toEqual([{ actorEmail: admin.email }]);
  });

  it.each<[string, object, string, RegExp]>([
    ['two times', { runAt: '2031-01-01T00:00:00Z', delayMs: 5 }, 'delayMs', /a run has one time/],
    ['a negative delay', { delayMs: -5 }, 'delayMs', /delayMs/],
    ['a key that is too long', { unique: { key: 'k'.repeat(201) } }, 'unique', /unique.key/],
    ['a period without a length', { unique: { key: 'k', scope: 'period' } }, 'unique', /goes with the scope "period"/],
    ['a channel with a blank', { channel: 'a b' }, 'channel', /lower case/],
    ['a negative priority beyond', { priority: -101 }, 'priority', /priority/],
    ['a condition without a run', { when: 'finished' }, 'when', /goes with after/],
    ['an id that is none', { after: ['x'] }, 'after', /number of a run/],
  ])('refuses %s and names the field', async (_, options, field, words) => {
    const answer = await enqueue(options);
    expect(problemCode(answer)).toBe('INVALID_INPUT');
    expect(answer.status).toBe(400);
    expect(answer.json.field).toBe(field);
    expect(answer.json.detail).toMatch(words);
  });

  it('refuses a run that does not exist', async () => {
    const answer = await enqueue({ after: ['999'] });
    expect(answer.status).toBe(404);
    expect(answer.json).toMatchObject({ code: 'UNKNOWN_RUN', field: 'after', detail: 'after: There is no run #999.' });
  });
});
