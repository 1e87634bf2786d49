import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../engine/src/testing/database.js';
import { createClient, type JobClient } from './client.js';
import { ENQUEUE } from './enqueue-statement.js';
import { ENQUEUE_ONE, ENQUEUE_ONE_AUDITED, ENQUEUE_PLAIN, ENQUEUE_PLAIN_AUDITED } from './plain-statement.js';
import { REPLACE } from './replace-statement.js';
import type { RunRequest } from './request.js';
import { HOLDERS } from './reused-keys.js';

let database: TestDatabase;
let client: JobClient;
beforeAll(async () => {
  database = await createTestDatabase();
  await database.pool.query(`
    INSERT INTO "Job" (name, channel, priority, "algorithmVersion", "maxAttempts", "maxCrashes", "timeoutMs")
    VALUES ('note', 'mail', 7, '3', 5, 2, 60000), ('endless', 'default', 0, '1', 1, 3, NULL)`);
  client = createClient({ sql: database.pool });
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.pool.query('DELETE FROM "JobRun"');
});

const stored = async () => (await database.pool.query('SELECT * FROM "JobRun" ORDER BY id')).rows;
const notes = (count: number, more: (n: number) => Partial<RunRequest> = () => ({})): RunRequest[] =>
  Array.from({ length: count }, (_, n) => ({ jobName: 'note', parameters: { n }, ...more(n) }));

const circle = (): object => {
  const made: { self?: object } = {};
  made.self = made;
  return made;
};

describe('a client without server and jobs', () => {
  it('queues a run with the settings of its job', async () => {
    const { jobRunId, isNew } = await client.enqueue({ jobName: 'note', parameters: { a: ['ü', null] } });
    expect(isNew).toBe(true);
    expect(await stored()).toMatchObject([
      {
        id: jobRunId,
        parameters: { a: ['ü', null] },
        channel: 'mail',
        priority: 7,
        algorithmVersion: '3',
        maxAttempts: 5,
        maxCrashes: 2,
        timeoutMs: '60000',
        trigger: 'EVENT',
        status: 'QUEUED',
      },
    ]);
    await client.enqueue({ jobName: 'endless' });
    expect((await stored())[1]).toMatchObject({ timeoutMs: null, parameters: {} });
  });

  it('refuses a job that no process has declared', async () => {
    await expect(client.enqueue({ jobName: 'none' })).rejects.toMatchObject({
      code: 'UNKNOWN_JOB',
      message: 'There is no job named "none": no process that has its code was ever started here.',
    });
    await expect(client.enqueue({} as RunRequest)).rejects.toThrow('jobName: is missing');
  });

  it('opens a connection of its own where it has none', async () => {
    const own = createClient({ connectionString: database.url });
    await own.enqueue({ jobName: 'note' });
    await own.close();
    expect(await stored()).toHaveLength(1);
  });

  it('has keys of its own, which no person has', async () => {
    const request = { jobName: 'note', idempotencyKey: '1:a' };
    const first = await client.enqueue(request);
    expect(await client.enqueue(request)).toEqual({ ...first, isNew: false });
    expect((await stored())[0].idempotencyKey).toBe('client:1:a');
  });

  it('refuses a key that was used for another request, of many runs before any is queued', async () => {
    const request = {
      jobName: 'note',
      idempotencyKey: 'a',
      parameters: { n: 1 },
      runAt: new Date('2030-01-01T00:00:00Z'),
    };
    const { jobRunId } = await client.enqueue(request);
    expect(await client.enqueue({ ...request, runAt: '2030-01-01T01:00+01:00' })).toEqual({ jobRunId, isNew: false });
    const other = { ...request, parameters: { n: 2 } };
    await expect(client.enqueue(other)).rejects.toMatchObject({
      code: 'DUPLICATE',
      issues: [{ path: 'idempotencyKey', message: expect.stringContaining(`began run #${jobRunId}`) }],
    });
    const many = (...requests: RunRequest[]) => client.enqueueMany([{ jobName: 'note' }, ...requests]);
    await expect(many(other)).rejects.toMatchObject({ code: 'DUPLICATE', issues: [{ path: 'runs.1.idempotencyKey' }] });
    const twice = { jobName: 'note', idempotencyKey: 'b' };
    await expect(many(twice, { ...twice, scope: 'x' })).rejects.toMatchObject({
      issues: [{ path: 'runs.2.idempotencyKey' }],
    });
    expect(await stored()).toHaveLength(1);
    expect(await many(request, twice, twice)).toMatchObject([{ isNew: true }, { jobRunId, isNew: false }, {}, {}]);
    expect(await stored()).toHaveLength(3);
  });

  it('passes JSON as text: drivers such as postgres.js encode a parameter of the type json once more', () => {
    const statements = [
      ENQUEUE,
      ENQUEUE_ONE,
      ENQUEUE_ONE_AUDITED,
      ENQUEUE_PLAIN,
      ENQUEUE_PLAIN_AUDITED,
      REPLACE,
      HOLDERS,
    ].join('\n');
    expect(statements).toMatch(/\$1::text::json\b/);
    expect(statements).not.toMatch(/\$\d+::jsonb?\b/);
  });

  it('distinguishes long keys by their whole length', async () => {
    const enqueue = (end: string) => client.enqueue({ jobName: 'note', idempotencyKey: 'k'.repeat(199) + end });
    const first = await enqueue('a');
    expect(await enqueue('a')).toEqual({ ...first, isNew: false });
    expect((await enqueue('b')).isNew).toBe(true);
  });

  it('describes what TypeScript would not have compiled', async () => {
    const enqueue = (more: object) => client.enqueue({ jobName: 'note', ...more });
    await expect(enqueue({ delay: 5 })).rejects.toThrow('delay: is no option; did you mean delayMs?');
    await expect(enqueue({ unique: { key: 'a', conflict: 'refuse' } })).rejects.toThrow(
      'unique.conflict: is no option; did you mean onConflict?',
    );
    await expect(enqueue({ trigger: 'WHIM' })).rejects.toThrow('trigger: must be one of MANUAL, CRON, EVENT, API');
    await expect(enqueue({ unique: 'k' })).rejects.toThrow('unique: must be an object');
    await expect(enqueue({ after: 'me' })).rejects.toThrow('after: must be a list');
    for (const runAt of ['2030-02-30T00:00:00Z', '2030-01-01', '2030-01-01T09:00:00', '1 May 2030', '']) {
      await expect(enqueue({ runAt })).rejects.toThrow('runAt: must be a Date, or a text such as 2026-12-24T18:00:00Z');
    }
  });

  it('writes parameters as results are written, in every kind of call', async () => {
    const parameters = {
      map: new Map([['a', new Set([1])]]),
      at: new Date(0),
      sum: { toJSON: () => '1.5' },
      none: undefined,
    };
    const unlike = { jobName: 'note', parameters };
    await client.enqueue(unlike);
    await client.enqueue({ ...unlike, unique: { key: 'k' } });
    await client.enqueueMany([unlike, { ...unlike, after: [{ index: 0 }] }]);
    const kept = { map: { a: [1] }, at: '1970-01-01T00:00:00.000Z', sum: '1.5' };
    expect((await stored()).map((run) => run.parameters)).toEqual([kept, kept, kept, kept]);
  });

  it.each<[string, unknown, string]>([
    ['NaN', { list: [Number.NaN] }, "parameters.list.0: is NaN, which isn't JSON"],
    ['a bigint', { id: 5n }, "parameters.id: is a bigint, which isn't JSON"],
    ['a promise', new Map([['a', Promise.resolve()]]), "parameters.a: is a Promise, which isn't JSON"],
    ['a circle', circle(), "parameters.self: contains itself, which isn't JSON"],
    ['a Set', new Set(), 'The parameters must be an object.'],
  ])('refuses parameters with %s, and names the place', async (_what, parameters, why) => {
    const request = { jobName: 'note', parameters } as RunRequest;
    await expect(client.enqueue(request)).rejects.toThrow(why);
    await expect(client.enqueueMany([{ jobName: 'note' }, request])).rejects.toThrow(
      why.replace(/^parameters/, 'runs.1.parameters'),
    );
    expect(await stored()).toEqual([]);
  });

  it('writes nothing into the audit log', async () => {
    await client.enqueue({ jobName: 'note' });
    expect((await database.pool.query('SELECT FROM "AuditEvent"')).rowCount).toBe(0);
  });
});

describe('many runs at once', () => {
  it('are queued in their order, ten thousand in a call', async () => {
    const added = await client.enqueueMany(notes(10_000));
    const rows = await stored();
    expect(rows).toHaveLength(10_000);
    expect(rows.map(({ id }) => id)).toEqual(added.map(({ jobRunId }) => jobRunId));
    expect(rows[9_999].parameters).toEqual({ n: 9_999 });
  });

  it('may wait for each other, ten thousand in a chain', async () => {
    const added = await client.enqueueMany(notes(10_000, (n) => (n === 0 ? {} : { after: [{ index: n - 1 }] })));
    const rows = await stored();
    expect(rows[0]).toMatchObject({ isBlocked: false, hasDependents: true, dependsOn: null });
    expect(rows[9_999]).toMatchObject({
      isBlocked: true,
      hasDependents: false,
      dependsOn: [added[9_998]?.jobRunId],
      waitsFor: 'SUCCEEDED',
    });
  });

  it('may wait for runs that come later in the call', async () => {
    const [first, second] = await client.enqueueMany(notes(2, (n) => (n === 0 ? { after: [{ index: 1 }] } : {})));
    expect(await stored()).toMatchObject([
      { id: first?.jobRunId, dependsOn: [second?.jobRunId] },
      { isBlocked: false },
    ]);
  });

  it('are all queued or none', async () => {
    await expect(client.enqueueMany([...notes(3), { jobName: 'none' }])).rejects.toMatchObject({
      code: 'UNKNOWN_JOB',
      issues: [{ path: 'runs.3.jobName' }],
    });
    await expect(client.enqueueMany(notes(3, (n) => (n === 2 ? { after: ['1'] } : {})))).rejects.toThrow(
      'runs.2.after: There is no run #1.',
    );
    expect(await stored()).toEqual([]);
  });

  it('answer for keys that are taken, within the call as well', async () => {
    const [held] = await client.enqueueMany(notes(1, () => ({ unique: { key: 'k1' } })));
    const added = await client.enqueueMany(notes(6, (n) => ({ unique: { key: `k${n % 3}` } })));
    expect(added.map(({ isNew }) => isNew)).toEqual([true, false, true, false, false, false]);
    expect(added[1]?.jobRunId).toBe(held?.jobRunId);
    expect(added[3]?.jobRunId).toBe(added[0]?.jobRunId);
    expect(await stored()).toHaveLength(3);
  });

  it.each<[string, RunRequest[], string]>([
    ['too many', notes(10_001), 'runs: must be at most 10000 runs, and are 10001'],
    [
      'a circle',
      notes(3, (n) => ({ after: [{ index: (n + 1) % 3 }] })),
      'wait for each other: run 0 → run 1 → run 2 → run 0',
    ],
    ['itself', notes(1, () => ({ after: [{ index: 0 }] })), 'wait for each other: run 0 → run 0'],
    [
      'one that is not there',
      notes(2, () => ({ after: [{ index: 2 }] })),
      'runs.0.after: there is no run 2 in this call',
    ],
    [
      'one with a key',
      notes(2, (n) => (n === 0 ? { unique: { key: 'k' } } : { after: [{ index: 0 }] })),
      'runs.1.after: run 0 has a key, and can be waited for only by its id',
    ],
    [
      'a key to be replaced',
      notes(1, () => ({ unique: { key: 'k', onConflict: 'replace' } })),
      'runs.0.unique.onConflict: must be "existing" in a call of many runs',
    ],
    ['a wrong option of one', notes(2, (n) => (n === 1 ? { priority: 500 } : {})), 'runs.1.priority: must be a whole'],
  ])('are refused with a reason: %s', async (_, requests, message) => {
    await expect(client.enqueueMany(requests)).rejects.toThrow(message);
    expect(await stored()).toEqual([]);
  });

  it('are none where none are given', async () => {
    expect(await client.enqueueMany([])).toEqual([]);
  });

  it('never lock each other out, whatever the order of their keys', async () => {
    const keys = Array.from({ length: 3_000 }, (_, n) => `k${n}`);
    const requested = [keys, [...keys].reverse(), keys, [...keys].reverse()];
    const answers = await Promise.all(
      requested.map((order) => client.enqueueMany(order.map((key) => ({ jobName: 'note', unique: { key } })))),
    );
    expect(answers.flat().filter(({ isNew }) => isNew)).toHaveLength(3_000);
  });
});
