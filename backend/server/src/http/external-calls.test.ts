import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer, type TestUser } from '../testing/http-test-kit.js';
import { type Answer, problemCode, type Sent, send } from '../testing/request-test-kit.js';

let server: TestServer;
let admin: TestUser;
let apiToken: string;
beforeAll(async () => {
  server = await startTestServer();
  admin = await server.signIn('ADMIN');
  apiToken = await newToken('importer', 'execute');
});
afterAll(() => server.stop());
beforeEach(() => sql('DELETE FROM "JobRun"'));

interface Held {
  jobRunId: string;
  leaseToken: string;
}

const sql = async (text: string, ...values: unknown[]) => (await server.database.pool.query(text, values)).rows;
const as = (token: string, sent: Sent) =>
  send(server.url, { ...sent, headers: { authorization: `Bearer ${token}`, ...sent.headers } });
const post = (path: string, body: object = {}, headers: Sent['headers'] = {}, token = apiToken) =>
  as(token, { method: 'POST', path: `/api/admin/${path}`, body, headers });
const start = (body: object = {}, headers: Sent['headers'] = {}, token = apiToken) =>
  post('jobs/start', { jobName: 'import-files', ...body }, headers, token);
const begun = async (body: object = {}): Promise<Held> => (await start(body)).json;
const report = ({ jobRunId, leaseToken }: Held, call: string, body: object = {}, headers: Sent['headers'] = {}) =>
  post(`jobs/${jobRunId}/${call}`, { leaseToken, ...body }, headers);
const get = async (path: string) => (await as(admin.token, { path: `/api/admin/${path}` })).json;
const readRun = ({ jobRunId }: Held) => get(`jobs/${jobRunId}`);
const cancel = ({ jobRunId }: Held) => post(`jobs/${jobRunId}/cancel`, {}, {}, admin.token);
const linesOf = ({ jobRunId }: Held) =>
  sql(
    'SELECT seq, level, source, message, data, attempt FROM "JobRunMessage" WHERE "runId" = $1 ORDER BY seq',
    jobRunId,
  );
const auditOf = async ({ jobRunId }: Held) =>
  (await sql('SELECT action, "actorEmail", "tokenId" FROM "AuditEvent" WHERE "runId" = $1 ORDER BY id', jobRunId)).map(
    (entry) => [entry.action, entry.actorEmail, entry.tokenId !== null],
  );

async function newToken(name: string, ...permissions: string[]): Promise<string> {
  const chief = await server.signIn('SUPER_ADMIN', name);
  return (await post('tokens', { name, permissions }, {}, chief.token)).json.token;
}

describe('a start', () => {
  it('begins a run that is RUNNING and the caller holds', async () => {
    const answer = await start({ parameters: { folder: '/in' }, scope: 'all', algorithmVersion: '7' });
    expect(answer.status).toBe(201);
    const { jobRunId, leaseToken, shouldStop, run } = answer.json;
    expect(answer.headers.location).toBe(`/api/admin/jobs/${jobRunId}`);
    expect(shouldStop).toBe(false);
    expect(leaseToken).toMatch(/^[0-9a-f-]{36}$/);
    expect(run).toMatchObject({
      id: jobRunId,
      jobName: 'import-files',
      status: 'RUNNING',
      trigger: 'API',
      parameters: { folder: '/in' },
      scope: 'all',
      algorithmVersion: '7',
      attempt: 1,
      maxAttempts: 1,
      claimNo: 1,
      timeoutMs: 30 * 60_000,
      inactivityTimeoutMs: server.config.JOBS_INACTIVE_AFTER_MS,
      triggeredBy: null,
      triggeredByToken: 'importer',
      steps: null,
    });
    expect(await auditOf({ jobRunId, leaseToken })).toEqual([['run.start-external', 'token importer', true]]);
  });

  it('is as open to a person with a session, in their own name', async () => {
    const { json } = await start({}, {}, admin.token);
    expect(json.run).toMatchObject({ triggeredBy: { id: admin.id }, triggeredByToken: null });
    expect(await auditOf(json)).toEqual([['run.start-external', admin.email, false]]);
  });

  it('takes timeouts and steps', async () => {
    const steps = [{ id: 'load', label: 'Load', weight: 3 }, { id: 'save' }];
    const { json } = await start({ timeoutMs: 5_000, inactivityTimeoutMs: 1_000, steps });
    expect(json.run).toMatchObject({ timeoutMs: 5_000, inactivityTimeoutMs: 1_000 });
    expect(json.run.steps).toMatchObject([
      { id: 'load', label: 'Load', weight: 3, progress: 0, state: 'pending' },
      { id: 'save', label: 'save', weight: 1, progress: 0, state: 'pending' },
    ]);
  });

  it('is refused for a job of this server, which is enqueued instead', async () => {
    const answer = await start({ jobName: 'echo' });
    expect(problemCode(answer)).toBe('INVALID_INPUT');
    expect(answer.json).toMatchObject({ field: 'jobName', detail: expect.stringContaining('enqueue') });
  });

  it('needs the permission to execute', async () => {
    const viewer = await newToken('viewer', 'view', 'run');
    expect(problemCode(await start({}, {}, viewer))).toBe('FORBIDDEN');
  });

  it('with the same key answers the same run and token, however often and fast it is sent', async () => {
    const key = { 'idempotency-key': 'tonight' };
    const answers = await Promise.all(Array.from({ length: 8 }, () => start({}, key)));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([201]));
    expect(new Set(answers.map((answer) => answer.text)).size).toBe(1);
    expect(await sql('SELECT id FROM "JobRun"')).toHaveLength(1);
    expect(await auditOf(answers[0]?.json)).toHaveLength(1);
    await report(answers[0]?.json, 'complete');
    const later = await start({}, key);
    expect(later.json).toMatchObject({ leaseToken: answers[0]?.json.leaseToken, run: { status: 'SUCCESS' } });
  });

  it('with the same key refuses another request', async () => {
    const key = { 'idempotency-key': 'tonight' };
    const first = await start({ parameters: { a: 1, b: 2 } }, key);
    expect((await start({ parameters: { b: 2, a: 1 } }, key)).text).toBe(first.text);
    for (const other of [
      { parameters: { a: 1 } },
      { parameters: { a: 1, b: 2 }, scope: 'x' },
      { jobName: 'other-job' },
    ]) {
      const refused = await start(other, key);
      expect([refused.status, problemCode(refused), refused.json.field]).toEqual([409, 'DUPLICATE', 'Idempotency-Key']);
    }
    expect(await sql('SELECT id FROM "JobRun"')).toHaveLength(1);
  });

  it('keeps the keys of callers and of calls apart', async () => {
    const key = { 'idempotency-key': 'tonight' };
    const runner = await newToken('runner', 'run', 'execute');
    const ids = [
      (await start({}, key)).json,
      (await start({}, key, admin.token)).json,
      (await start({}, key, runner)).json,
      (await post('jobs/enqueue', { jobName: 'echo' }, key, runner)).json,
      (await post('jobs/enqueue', { jobName: 'echo' }, key, admin.token)).json,
    ].map(({ jobRunId }) => jobRunId);
    expect(new Set(ids).size).toBe(5);
    const again = await post('jobs/enqueue', { jobName: 'echo' }, key, runner);
    expect(again.json.jobRunId).toBe(ids[3]);
  });

  it('with the key of a run that was taken away is refused with the reason', async () => {
    const key = { 'idempotency-key': 'taken' };
    const { json } = await start({}, key);
    await sql(
      `UPDATE "JobRun" SET status = 'FAILED', "leaseToken" = NULL, "finishedAt" = clock_timestamp() WHERE id = $1`,
      json.jobRunId,
    );
    expect(problemCode(await start({}, key))).toBe('LEASE_LOST');
  });
});

it('is refused with a time to retry when there are too many runs', async () => {
  const small = await startTestServer({ env: { JOBS_MAX_EXTERNAL: '1' } });
  const { token } = await small.signIn('ADMIN');
  const headers = { authorization: `Bearer ${token}` };
  const startOnce = () =>
    send(small.url, { method: 'POST', path: '/api/admin/jobs/start', body: { jobName: 'import-files' }, headers });
  const [first, second] = [await startOnce(), await startOnce()];
  await small.stop();
  expect(first.status).toBe(201);
  expect(problemCode(second)).toBe('TOO_MANY_ACTIVE');
  expect([second.status, second.headers['retry-after'], second.json.retryable]).toEqual([429, '10', true]);
});

describe('progress', () => {
  it('as a number never goes back and stays below 100 until the end', async () => {
    const run = await begun();
    await report(run, 'progress', { progress: 0.5, message: 'half way' });
    await report(run, 'progress', { progress: 0.25 });
    expect(await readRun(run)).toMatchObject({ progressPercent: 50, progressMessage: 'half way' });
    await report(run, 'progress', { progress: 1 });
    expect((await readRun(run)).progressPercent).toBeLessThan(100);
    await report(run, 'complete');
    expect(await readRun(run)).toMatchObject({ progressPercent: 100, status: 'SUCCESS' });
  });

  it('by steps is their weighted sum, and names the current one', async () => {
    const run = await begun({ steps: [{ id: 'load', label: 'Load', weight: 3 }, { id: 'save' }] });
    await report(run, 'progress', { steps: [{ id: 'load', progress: 0.5 }] });
    const { json } = await as(admin.token, { path: `/api/admin/jobs/${run.jobRunId}/progress` });
    expect(json).toMatchObject({ status: 'RUNNING', shouldStop: false, progress: 0.375, progressMessage: 'Load' });
    expect(json.steps).toMatchObject([
      { id: 'load', state: 'running', progress: 0.5 },
      { id: 'save', state: 'pending', progress: 0 },
    ]);
    await report(run, 'progress', {
      steps: [
        { id: 'load', progress: 1 },
        { id: 'save', progress: 0.2, message: 'row 2' },
      ],
    });
    expect(await readRun(run)).toMatchObject({ progressPercent: 80, progressMessage: 'row 2' });
  });

  it('may plan steps later, nested ones too; the same plan again changes nothing', async () => {
    const run = await begun();
    const pipeline = [{ id: 'files', steps: [{ id: 'a' }, { id: 'b' }] }];
    await report(run, 'progress', { pipeline });
    await report(run, 'progress', { pipeline, steps: [{ id: 'a', progress: 1 }] });
    await report(run, 'progress', { pipeline: [{ id: 'files', steps: [{ id: 'b' }, { id: 'c' }] }, { id: 'end' }] });
    const { steps, progressPercent } = await readRun(run);
    expect(steps.map((step: { id: string }) => step.id)).toEqual(['files', 'end']);
    expect(steps[0].steps.map((step: { id: string }) => step.id)).toEqual(['a', 'b', 'c']);
    expect(progressPercent).toBe(50);
  });

  it('of reports sent at once loses none', async () => {
    const ids = Array.from({ length: 25 }, (_, n) => `s${n}`);
    const run = await begun({ steps: ids.map((id) => ({ id })) });
    const answers = await Promise.all([
      ...ids.map((id) => report(run, 'progress', { steps: [{ id, progress: 1 }] })),
      ...ids.map(() => report(run, 'heartbeat')),
    ]);
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]));
    const { steps } = await readRun(run);
    expect(new Set(steps.map((step: { state: string }) => step.state))).toEqual(new Set(['done']));
  });

  it.each([
    ['an unknown step', { steps: [{ id: 'none', progress: 1 }] }, 'steps'],
    ['a plan that names a step twice', { pipeline: [{ id: 'x' }, { id: 'x' }] }, 'pipeline'],
    ['too many steps', { pipeline: Array.from({ length: 1_001 }, (_, n) => ({ id: `${n}` })) }, 'pipeline'],
    ['a progress above 1', { progress: 1.5 }, 'progress'],
    ['a weight of 0', { pipeline: [{ id: 'x', weight: 0 }] }, 'pipeline'],
    ['a nameless step', { pipeline: [{ id: '' }] }, 'pipeline'],
  ])('refuses %s and changes nothing', async (_what, body, field) => {
    const run = await begun();
    const before = await readRun(run);
    const answer = await report(run, 'progress', body);
    expect(problemCode(answer)).toBe('INVALID_INPUT');
    expect(answer.json.field).toBe(field);
    expect(await readRun(run)).toEqual(before);
  });
});

describe('messages', () => {
  it('are numbered in the order they come, one or many to a call', async () => {
    const run = await begun();
    await report(run, 'message', { message: 'first' });
    await report(run, 'message', {
      messages: [
        { level: 'warning', message: 'second', data: { file: 'a.jpg' } },
        { level: 'error', message: 'third' },
      ],
    });
    expect(await linesOf(run)).toEqual([
      { seq: 1, level: 'INFO', source: 'JOB', message: 'first', data: null, attempt: 1 },
      { seq: 2, level: 'WARN', source: 'JOB', message: 'second', data: { file: 'a.jpg' }, attempt: 1 },
      { seq: 3, level: 'ERROR', source: 'JOB', message: 'third', data: null, attempt: 1 },
    ]);
    expect(await readRun(run)).toMatchObject({ messageCount: 3, warningCount: 1, errorCount: 1 });
  });

  it('of the same key are written once, however often and fast they are sent', async () => {
    const run = await begun();
    const send = () =>
      report(run, 'message', { messages: [{ message: 'a' }, { message: 'b' }] }, { 'idempotency-key': 'the batch' });
    const answers = await Promise.all(Array.from({ length: 8 }, send));
    expect(new Set(answers.map((answer) => answer.text))).toEqual(
      new Set([JSON.stringify({ jobRunId: run.jobRunId, shouldStop: false })]),
    );
    expect(await linesOf(run)).toHaveLength(2);
    const refused = await report(run, 'message', { message: 'other' }, { 'idempotency-key': 'the batch' });
    expect([refused.status, problemCode(refused)]).toEqual([409, 'DUPLICATE']);
    expect(await linesOf(run)).toHaveLength(2);
    const other = await begun();
    await report(other, 'message', { message: 'mine' }, { 'idempotency-key': 'the batch' });
    expect(await linesOf(other)).toHaveLength(1);
  });

  it('carry no secrets, nor do errors, metadata and progress', async () => {
    const run = await begun({ steps: [{ id: 'x' }] });
    await report(run, 'message', { message: 'password=hunter2 tried', data: { nested: { apiKey: 'hunter2' }, n: 1 } });
    await report(run, 'progress', {
      message: 'token: hunter2',
      steps: [{ id: 'x', progress: 0, message: 'secret=hunter2' }],
    });
    await report(run, 'fail', {
      error: 'password=hunter2',
      errorStack: 'at login (password: "hunter2")',
      metadata: { credentials: 'hunter2' },
    });
    const everything = JSON.stringify([await readRun(run), await linesOf(run)]);
    expect(everything).not.toContain('hunter2');
    expect(everything).toContain('[redacted]');
  });

  it('are cut where they grow too long without their secrets', async () => {
    const run = await begun({ steps: [{ id: 'x' }] });
    const message = 'token=a '.repeat(62);
    const answer = await report(run, 'progress', { message, steps: [{ id: 'x', progress: 0.5, message }] });
    expect(answer.status).toBe(200);
    expect((await readRun(run)).progressMessage).toMatch(
      /^token=\[redacted\].{440,}… 589 more characters were left out$/,
    );
  });

  it('are kept whole up to some kilobytes and cut beyond, and a long or odd line refuses none of its neighbours', async () => {
    const run = await begun({ steps: [{ id: 'x' }] });
    const long = 'x'.repeat(100_000);
    const messages = [
      { message: 'before' },
      { message: 'x'.repeat(8_000) },
      { message: long },
      { message: '' },
      { message: 'a\0b\x1b[31mc' },
    ];
    expect((await report(run, 'message', { messages })).status).toBe(200);
    const lines = (await linesOf(run)).map(({ message }) => message as string);
    expect(lines).toEqual([
      'before',
      'x'.repeat(8_000),
      expect.stringMatching(/^x+… 92,0\d\d more characters were left out$/),
      '',
      'abc',
    ]);
    const reported = await report(run, 'progress', {
      message: long,
      steps: [{ id: 'x', progress: 0.5, message: long }],
    });
    expect(reported.status).toBe(200);
    expect((await report(run, 'fail', { error: long, errorStack: `\x1b[1m${long}` })).status).toBe(200);
    const { error, errorStack, progressMessage } = await readRun(run);
    expect([error, errorStack, progressMessage].map(({ length }) => length)).toEqual([4_000, 20_000, 500]);
    for (const text of [error, errorStack, progressMessage])
      expect(text).toMatch(/^x+… \d\d,\d{3} more characters were left out$/);
  });

  it.each([
    ['no message', {}],
    ['an empty line', { message: '' }],
    ['both one and many', { message: 'a', messages: [{ message: 'b' }] }],
    ['none', { messages: [] }],
    ['more than 500', { messages: Array.from({ length: 501 }, () => ({ message: 'x' })) }],
    ['a level that is none', { message: 'x', level: 'fatal' }],
    ['data that is no object', { message: 'x', data: [1] }],
  ])('are refused with %s', async (_what, body) => {
    const run = await begun();
    expect(problemCode(await report(run, 'message', body))).toBe('INVALID_INPUT');
    expect(await linesOf(run)).toEqual([]);
  });
});

describe('an end', () => {
  it('by complete is a success with metadata, and answers the same when sent again', async () => {
    const run = await begun();
    const first = await report(run, 'complete', { metadata: { files: 12 } });
    expect(first.json.run).toMatchObject({ status: 'SUCCESS', metadata: { files: 12 }, error: null });
    const again = await report(run, 'complete', { metadata: { files: 13 } });
    expect([again.status, again.json]).toEqual([200, first.json]);
    expect((await auditOf(run)).map(([action]) => action)).toEqual(['run.start-external', 'run.complete-external']);
    const [{ runs }] = (await sql(
      `SELECT coalesce(sum(runs), 0)::int AS runs FROM "JobRunCount" WHERE "jobName" = 'import-files' AND status = 'SUCCESS'`,
    )) as [{ runs: number }];
    expect(runs).toBeGreaterThan(0);
    expect(problemCode(await report(run, 'fail', { error: 'no' }))).toBe('NOT_ALLOWED');
    expect(problemCode(await report(run, 'progress', { progress: 0.1 }))).toBe('NOT_ALLOWED');
  });

  it('by fail keeps error and stack, and answers the same when sent again', async () => {
    const run = await begun();
    const first = await report(run, 'fail', { error: 'disk full', errorStack: 'at line 3' });
    expect(first.json.run).toMatchObject({ status: 'FAILED', error: 'disk full', errorStack: 'at line 3' });
    expect((await report(run, 'fail', { error: 'other' })).json).toEqual(first.json);
    expect(problemCode(await report(run, 'fail', { cancelled: true }))).toBe('NOT_ALLOWED');
    expect(problemCode(await report(run, 'complete'))).toBe('NOT_ALLOWED');
    expect((await auditOf(run)).map(([action]) => action)).toEqual(['run.start-external', 'run.fail-external']);
  });

  it('ends its steps with it', async () => {
    const steps = [{ id: 'a' }, { id: 'b' }, { id: 'c' }];
    const states = async (call: string) => {
      const run = await begun({ steps });
      await report(run, 'progress', {
        steps: [
          { id: 'a', progress: 1 },
          { id: 'b', progress: 0.5 },
        ],
      });
      const ended = await report(run, call);
      return ended.json.run.steps.map((step: { state: string; progress: number }) => [step.state, step.progress]);
    };
    expect(await states('complete')).toEqual([
      ['done', 1],
      ['done', 1],
      ['skipped', 0],
    ]);
    expect(await states('fail')).toEqual([
      ['done', 1],
      ['failed', 0.5],
      ['skipped', 0],
    ]);
  });

  it('always has an error where it failed', async () => {
    expect((await report(await begun(), 'fail')).json.run.error).toMatch(/no reason/);
  });

  it('counts once when complete is sent many times at once', async () => {
    await sql('DELETE FROM "JobRunCount"');
    const run = await begun();
    const answers = await Promise.all(Array.from({ length: 8 }, () => report(run, 'complete')));
    expect(new Set(answers.map((answer) => answer.text)).size).toBe(1);
    expect(await sql('SELECT runs::int FROM "JobRunCount"')).toEqual([{ runs: 1 }]);
    expect(await auditOf(run)).toHaveLength(2);
  });
});

describe('being cancelled', () => {
  it('is in every answer from then on, and the run ends as CANCELLED', async () => {
    const run = await begun();
    expect((await report(run, 'heartbeat')).json).toEqual({ jobRunId: run.jobRunId, shouldStop: false });
    await cancel(run);
    for (const [call, body] of [
      ['heartbeat', {}],
      ['progress', { progress: 0.1 }],
      ['message', { message: 'winding up' }],
    ] as const) {
      expect((await report(run, call, body)).json.shouldStop).toBe(true);
    }
    expect((await get(`jobs/${run.jobRunId}/progress`)).shouldStop).toBe(true);
    const first = await report(run, 'fail', { cancelled: true });
    expect(first.json.run).toMatchObject({ status: 'CANCELLED', error: null, cancelRequestedBy: { id: admin.id } });
    expect((await report(run, 'fail', { cancelled: true })).json).toEqual(first.json);
    expect(problemCode(await report(run, 'fail'))).toBe('NOT_ALLOWED');
  });

  it('cannot be reported where it was not requested', async () => {
    const run = await begun();
    const answer = await report(run, 'fail', { cancelled: true });
    expect(problemCode(answer)).toBe('NOT_ALLOWED');
    expect(answer.json.detail).toMatch(/was not requested to stop/i);
    expect((await readRun(run)).status).toBe('RUNNING');
  });

  it('comes too late for a program that is done', async () => {
    const run = await begun();
    await cancel(run);
    expect((await report(run, 'complete')).json.run.status).toBe('SUCCESS');
  });
});

describe('whose run it is', () => {
  const calls = [
    ['progress', { progress: 0.5 }],
    ['heartbeat', {}],
    ['message', { message: 'hello' }],
    ['complete', {}],
    ['fail', {}],
  ] as const;

  const expectAll = async (held: Held, code: string, words: RegExp) => {
    for (const [call, body] of calls) {
      const answer = await report(held, call, body);
      expect(problemCode(answer), call).toBe(code);
      expect(answer.json.detail).toMatch(words);
    }
  };

  it('names the lease token: with another nothing changes', async () => {
    const run = await begun();
    const before = await readRun(run);
    await expectAll({ ...run, leaseToken: crypto.randomUUID() }, 'LEASE_LOST', /another lease token/);
    expect(await readRun(run)).toEqual(before);
    expect(await linesOf(run)).toEqual([]);
  });

  it('is reported to a program whose run was taken away', async () => {
    const run = await begun();
    await sql(
      `UPDATE "JobRun" SET status = 'FAILED', error = 'too slow', "leaseToken" = NULL, "finishedAt" = clock_timestamp() WHERE id = $1`,
      run.jobRunId,
    );
    await expectAll(run, 'LEASE_LOST', /^Run #\d+ is no longer yours: it was failed; stop/);
    // Whose token it is may view no runs: why it was failed is shown to those who may.
    const viewer = await newToken('viewer', 'execute', 'view');
    const shown = await post(`jobs/${run.jobRunId}/heartbeat`, { leaseToken: run.leaseToken }, {}, viewer);
    expect(shown.json.detail).toMatch(/it was failed \(too slow\); stop/);
  });

  it('is never accepted with the lease of a runner of ours', async () => {
    const leaseToken = crypto.randomUUID();
    const at = new Date();
    const lease = { leaseToken, runnerId: crypto.randomUUID(), startedAt: at, lastHeartbeatAt: at };
    const row = await server.database.db.jobRun.create({
      data: { jobName: 'echo', status: 'RUNNING', attempt: 1, claimNo: 1, ...lease },
    });
    const held = { jobRunId: String(row.id), leaseToken };
    const before = await readRun(held);
    await expectAll(held, 'LEASE_LOST', /executed by a runner/);
    expect(await readRun(held)).toEqual(before);
    expect(await linesOf(held)).toEqual([]);
  });

  it('is refused for a run that is not there', async () => {
    await expectAll({ jobRunId: '999999', leaseToken: crypto.randomUUID() }, 'UNKNOWN_RUN', /no run #999999/);
    expect((await get('jobs/999999/progress')).code).toBe('UNKNOWN_RUN');
  });
});

describe('the list', () => {
  it('has active runs, and the latest finished on request', async () => {
    const [done, running] = [await begun(), await begun()];
    await report(done, 'complete');
    const ids = async (query: string) => (await get(`jobs${query}`)).runs.map((run: { id: string }) => run.id);
    expect(await ids('')).toEqual([running.jobRunId]);
    expect(await ids('?includePast=true')).toEqual([running.jobRunId, done.jobRunId]);
  });
});

describe('bad input', () => {
  const deep = (levels: number): unknown => (levels === 0 ? 1 : { in: deep(levels - 1) });
  const bad: [string, object][] = [
    ['a NUL', { text: 'a\0b' }],
    ['half a character', { text: '\ud800' }],
    ['a NUL in a key', { 'a\0b': 1 }],
    ['depth', deep(40) as object],
  ];

  it.each(bad)('with %s is refused everywhere and changes nothing', async (_what, value) => {
    const run = await begun();
    const before = await readRun(run);
    const answers: Answer[] = [
      await start({ parameters: value }),
      await report(run, 'message', { message: 'x', data: value }),
      await report(run, 'complete', { metadata: value }),
      await report(run, 'fail', { metadata: value }),
      await report(run, 'progress', { ...value, progress: 0.1 }),
    ];
    for (const answer of answers) expect(problemCode(answer)).toBe('INVALID_INPUT');
    expect(await readRun(run)).toEqual(before);
  });

  it.each([
    ['a name with a blank', { jobName: 'Import files' }],
    ['no name', { jobName: '' }],
    ['parameters that are a list', { parameters: [] }],
    ['a timeout of nothing', { timeoutMs: 0 }],
    ['a timeout beyond all numbers', { timeoutMs: 1e308 }],
    ['a timeout that is no integer', { timeoutMs: 1_000.5 }],
    ['an inactivity of years', { inactivityTimeoutMs: 1e12 }],
    ['a scope that is too long', { scope: 's'.repeat(201) }],
    ['the same step twice', { steps: [{ id: 'a' }, { id: 'a' }] }],
    ['steps nested too deep', { steps: [nested(12)] }],
    ['a weight beyond all numbers', { steps: [{ id: 'a', weight: 1e300 }] }],
  ])('is refused for a start: %s', async (_what, body) => {
    const answer = await start(body);
    expect(problemCode(answer)).toBe('INVALID_INPUT');
    expect(await sql('SELECT id FROM "JobRun"')).toEqual([]);
  });

  it('has parameters of at most 32 kB', async () => {
    const answer = await start({ parameters: { text: 'x'.repeat(32 * 1024) } });
    expect([problemCode(answer), answer.json.field]).toEqual(['INVALID_PARAMETERS', 'parameters']);
  });

  it.each([
    ['empty', ''],
    ['too long', 'k'.repeat(201)],
    ['not ASCII', 'schlüssel'],
  ])('has no key that is %s', async (_what, key) => {
    const headers = { 'idempotency-key': key };
    expect(problemCode(await start({}, headers))).toBe('INVALID_INPUT');
    expect(problemCode(await report(await begun(), 'message', { message: 'x' }, headers))).toBe('INVALID_INPUT');
  });

  it.each(['0', '-1', '1e5', '9223372036854775808', 'abc'])('refuses %s as the id of a run', async (jobRunId) => {
    const held = { jobRunId, leaseToken: crypto.randomUUID() };
    expect(problemCode(await report(held, 'heartbeat'))).toBe('INVALID_INPUT');
  });

  it('has no lease token that is none', async () => {
    const { jobRunId } = await begun();
    for (const leaseToken of ['', 'x', 1, null]) {
      expect(problemCode(await post(`jobs/${jobRunId}/heartbeat`, { leaseToken }))).toBe('INVALID_INPUT');
    }
  });

  it('keeps all that JSON can express', async () => {
    const parameters = JSON.parse('{"constructor":1,"toJSON":2,"n":1e308,"ä":"\\u2028😀"}');
    const { json } = await start({ parameters });
    const metadata = JSON.parse('{"toJSON":5,"list":[null,{"deep":[1.5]}],"constructor":{"name":"x"}}');
    const ended = await report(json, 'complete', { metadata });
    expect(ended.json.run.metadata).toEqual(metadata);
    expect(ended.json.run.parameters).toMatchObject({ constructor: 1, toJSON: 2, n: 1e308, ä: '\u2028😀' });
  });
});

function nested(levels: number): object {
  return levels === 1 ? { id: 'n1' } : { id: `n${levels}`, steps: [nested(levels - 1)] };
}
