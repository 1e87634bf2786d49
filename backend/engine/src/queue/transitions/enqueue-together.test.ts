import type { Actor } from '@job-manager/client/actor';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { TestEngine } from '../../testing/engine.js';
import { defineJob } from '../job.js';
import { SYSTEM } from '../system-actor.js';

const note = defineJob({
  name: 'note',
  description: 'Does nothing',
  examples: ['note'],
  algorithmVersion: '4',
  channel: 'mail',
  maxAttempts: 5,
  parameters: z.object({ n: z.number().optional(), word: z.string().optional() }),
  run: async () => {},
});

let engine: TestEngine;
let ada: Actor;
let robot: Actor;
beforeAll(async () => {
  engine = await TestEngine.create([note]);
  const { pool } = engine.database;
  const from = { ip: '203.0.113.7', userAgent: 'test' };
  const email = 'ada@example.com';
  const users = await pool.query(`INSERT INTO "User" (email, role) VALUES ($1, 'ADMIN') RETURNING id`, [email]);
  ada = { userId: users.rows[0].id, email, tokenId: null, ...from };
  const tokens = await pool.query(
    `INSERT INTO "ApiToken" (name, prefix, hash, permissions) VALUES ('robot', 'jm_x', repeat('a', 64), '{trigger}') RETURNING id`,
  );
  robot = { userId: null, email: 'token robot', tokenId: tokens.rows[0].id, tokenName: 'robot', ...from };
});
afterAll(() => engine.close());
beforeEach(() => engine.database.pool.query('DELETE FROM "JobRun"'));

const enqueue = (n: number, actor: Actor) =>
  engine.queue.enqueue({ jobName: 'note', parameters: { n }, trigger: 'API' }, actor);

it('rejects one that the database refuses, and queues the runs of all others', async () => {
  const odd: Actor = { ...robot, tokenId: 'no uuid' };
  const actors = Array.from({ length: 12 }, (_, n) => (n === 4 ? odd : ada));
  const answers = await Promise.allSettled(actors.map((actor, n) => enqueue(n, actor)));
  expect(answers.flatMap((answer, n) => (answer.status === 'rejected' ? [[n, answer.reason.code]] : []))).toEqual([
    [4, '22P02'],
  ]);
  const { rows } = await engine.database.pool.query('SELECT id, parameters FROM "JobRun" ORDER BY id');
  expect(rows.map(({ parameters }) => parameters.n)).toEqual([0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11]);
  expect(answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value.run.id] : []))).toEqual(
    rows.map(({ id }) => id),
  );
});

it('writes down who did each of them', async () => {
  const actors = [SYSTEM, ada, robot, ada, robot, SYSTEM];
  const runs = await Promise.all(actors.map((actor, n) => enqueue(n, actor)));
  const { rows } = await engine.database.pool.query(
    `SELECT "runId", "actorId", "actorEmail", "tokenId", host(ip::inet) AS ip, "userAgent", target FROM "AuditEvent"
     WHERE action = 'run.enqueue' AND "runId" = ANY($1) ORDER BY "runId"`,
    [runs.map(({ run }) => run.id)],
  );
  expect(rows).toEqual(
    actors.map(({ userId, email, tokenId, ip, userAgent }, n) => ({
      runId: runs[n]?.run.id,
      ...{ actorId: userId, actorEmail: email, tokenId, ip, userAgent, target: 'note' },
    })),
  );
});

it('answers each run as it is in the database', async () => {
  const requests = [
    { request: {}, actor: SYSTEM },
    { request: { parameters: { word: 'ü', n: 1e21 }, scope: 'x', priority: -5, channel: 'other' }, actor: ada },
    { request: { runAt: '2031-01-01T00:00:00.1234Z', retry: { factor: 3, backoffMs: undefined } }, actor: robot },
    { request: { delayMs: 90_000, maxAttempts: 2, timeoutMs: 7 }, actor: { ...ada, email: null } },
    { request: { runAt: new Date(5) }, actor: { ...robot, tokenName: undefined } },
  ];
  const answers = await Promise.all(
    requests.map(({ request, actor }) =>
      engine.queue.enqueue({ jobName: 'note', trigger: 'EVENT', ...request } as never, actor as Actor),
    ),
  );
  for (const { run, isNew } of answers) {
    const { waiting: _, ...stored } = await engine.run(run.id);
    expect(isNew).toBe(true);
    expect({ ...run, waiting: undefined }).toEqual({ ...stored, waiting: undefined });
  }
});

it('notifies runners of many once they are committed, before any caller', async () => {
  const notified: string[] = [];
  const turn = vi.spyOn(engine.notifier, 'takeTurn').mockReturnValue(false);
  const queued = vi.spyOn(engine.notifier, 'queued').mockImplementation(() => void notified.push('runners'));
  await Promise.all([0, 1, 2].map((n) => enqueue(n, SYSTEM).then(() => notified.push(`caller ${n}`))));
  expect(notified).toEqual(['runners', 'caller 0', 'runners', 'caller 1', 'caller 2']);
  for (const spy of [turn, queued]) spy.mockRestore();
});

it('has the statement notify them of one that comes alone', async () => {
  const listener = await engine.listener(['queued']);
  const woken = new Promise((resolve) => listener.once('queued', resolve));
  const turn = vi.spyOn(engine.notifier, 'takeTurn').mockReturnValue(true);
  const queued = vi.spyOn(engine.notifier, 'queued');
  await enqueue(1, SYSTEM);
  await woken;
  expect(queued).not.toHaveBeenCalled();
  for (const spy of [turn, queued]) spy.mockRestore();
});
