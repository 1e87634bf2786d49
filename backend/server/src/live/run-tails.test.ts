import { EventEmitter } from 'node:events';
import { planSteps } from '@job-manager/engine/queue/steps';
import { createTestDatabase, type TestDatabase } from '@job-manager/engine/testing/database';
import { size } from '@job-manager/engine/testing/size';
import type { JobRunMessage, JobRunStep } from '@job-manager/shared/contract/message';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { RunTails } from './run-tails.js';
import type { SharedMessage } from './shared-message.js';

let database: TestDatabase;
let listener: EventEmitter;
let leaves: (() => void)[];
beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(() => {
  listener = new EventEmitter();
  leaves = [];
});
afterEach(async () => {
  for (const leave of leaves) leave();
  vi.restoreAllMocks();
  await database.clear();
});
afterAll(() => database.drop());

const tailsOf = (pollMs = 60_000) => new RunTails({ sql: database.pool, listener, pollMs });

/** A run with so many messages. */
async function aRun(messages = 0, more = { status: 'QUEUED', chars: 10 }): Promise<string> {
  const { rows } = await database.pool.query(
    `INSERT INTO "JobRun" ("jobName", status, "finishedAt") VALUES ('x', $1::"JobRunStatus", CASE $1 WHEN 'SUCCESS' THEN clock_timestamp() END) RETURNING id`,
    [more.status],
  );
  if (messages > 0) await write(rows[0].id, messages, more.chars);
  return rows[0].id;
}

async function write(runId: string, count: number, chars = 10): Promise<void> {
  await database.pool.query(
    `WITH counted AS (UPDATE "JobRun" SET "messageCount" = "messageCount" + $2::int, rev = rev + 1 WHERE id = $1 RETURNING "messageCount" AS last)
     INSERT INTO "JobRunMessage" ("runId", seq, attempt, level, source, message)
     SELECT $1, last - $2::int + n, 1, 'INFO', 'JOB', rpad('Line ' || last - $2::int + n, $3::int, '.') FROM counted, generate_series(1, $2::int) n`,
    [runId, count, chars],
  );
}

const spoke = (...runIds: string[]) => listener.emit('messages', JSON.stringify(runIds));

/** Follows a run and records what it receives. */
function follow(tails: RunTails, runId: string, afterSeq = 0) {
  const received = { messages: [] as JobRunMessage[], steps: [] as (JobRunStep[] | null)[], batches: [] as number[] };
  const viewer = {
    isReady: true,
    /** What was sent and not read yet. */
    chars: 0,
    counts: { messageCount: 0, droppedMessages: 0 },
    send: ({ type, data }: SharedMessage) => {
      viewer.chars += data.text.length;
      const { messages, steps, jobRunId, ...counts } = JSON.parse(data.text);
      expect(jobRunId).toBe(runId);
      if (type === 'server.admin.run_steps') received.steps.push(steps);
      if (type !== 'server.admin.run_messages') return;
      viewer.counts = counts;
      received.messages.push(...messages);
      received.batches.push(messages.length);
    },
  };
  const leave = tails.follow(runId, afterSeq, viewer);
  leaves.push(leave);
  const seqs = () => received.messages.map(({ seq }) => seq);
  return { received, viewer, leave, seqs, until: (last: number) => vi.waitFor(() => expect(seqs().at(-1)).toBe(last)) };
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at);
const queries = () => vi.spyOn(database.pool, 'query');

it('sends a follower what it lacks, then what comes, and others nothing', async () => {
  const [followed, other] = [await aRun(3), await aRun(3)];
  const tails = tailsOf();
  const first = follow(tails, followed, 1);
  const stranger = follow(tails, other, 3);
  await first.until(3);
  expect(first.seqs()).toEqual([2, 3]);
  await write(followed, 2);
  spoke('999', followed);
  await first.until(5);
  expect(first.seqs()).toEqual([2, 3, 4, 5]);
  expect(first.viewer.counts).toEqual({ messageCount: 5, droppedMessages: 0 });
  expect(stranger.seqs()).toEqual([]);
});

it('finds what no notification reported at its next read', async () => {
  const id = await aRun(1);
  const follower = follow(tailsOf(30), id);
  await follower.until(1);
  await write(id, 1);
  await follower.until(2);
});

it('reads when something changed, and when the listener is back', async () => {
  const id = await aRun(1);
  const follower = follow(tailsOf(), id);
  await follower.until(1);
  for (const [seq, event] of [
    [2, 'changed'],
    [3, 'connected'],
  ] as const) {
    await write(id, 1);
    listener.emit(event, '');
    await follower.until(seq);
  }
});

it('serves two followers at different places, and then both with one reading', async () => {
  const id = await aRun(2_500);
  const tails = tailsOf();
  const [begin, late] = [follow(tails, id), follow(tails, id, 2_400)];
  await Promise.all([begin.until(2_500), late.until(2_500)]);
  expect(begin.seqs()).toEqual(range(1, 2_500));
  expect(late.seqs()).toEqual(range(2_401, 2_500));
  const query = queries();
  await write(id, 10);
  query.mockClear();
  spoke(id);
  await Promise.all([begin.until(2_510), late.until(2_510)]);
  expect(query.mock.calls).toHaveLength(2);
});

it('keeps nothing for a follower that reads slowly, and goes on where it was', async () => {
  const id = await aRun(2_000, { status: 'QUEUED', chars: 400 });
  const tails = tailsOf();
  const [slow, quick] = [follow(tails, id), follow(tails, id)];
  slow.viewer.isReady = false;
  await quick.until(2_000);
  expect(slow.seqs()).toEqual([]);
  const query = queries();
  slow.viewer.isReady = true;
  // It takes one batch at a time.
  const { send } = slow.viewer;
  slow.viewer.send = (change) => {
    expect(change.data.text.length).toBeLessThan(100_000);
    send(change);
    slow.viewer.isReady = false;
    setTimeout(() => {
      slow.viewer.isReady = true;
    }, 1);
  };
  await vi.waitFor(() => expect(slow.seqs().at(-1)).toBe(2_000));
  expect(slow.seqs()).toEqual(range(1, 2_000));
  expect(quick.seqs()).toHaveLength(2_000);
  expect(query.mock.calls.length).toBeLessThan(40);
});

it('sends no query for a follower that is not ready', async () => {
  const id = await aRun(10);
  const follower = follow(tailsOf(), id);
  await follower.until(10);
  follower.viewer.isReady = false;
  await write(id, 1);
  const query = queries();
  spoke(id);
  await vi.waitFor(() => expect(query.mock.calls).toHaveLength(1));
  // Three checks whether it has caught up.
  const isReady = vi.spyOn(follower.viewer, 'isReady', 'get').mockReturnValue(false);
  await vi.waitFor(() => expect(isReady.mock.calls.length).toBeGreaterThanOrEqual(3));
  expect(query.mock.calls).toHaveLength(1);
  isReady.mockReturnValue(true);
  await follower.until(11);
});

it('brings very many lines without a gap, in small batches', async () => {
  const lines = size(20_000, 100_000);
  const id = await aRun(lines, { status: 'QUEUED', chars: 100 });
  const follower = follow(tailsOf(), id);
  let largest = 0;
  const { send } = follower.viewer;
  follower.viewer.send = (change) => {
    largest = Math.max(largest, change.data.text.length);
    send(change);
  };
  await vi.waitFor(() => expect(follower.received.messages).toHaveLength(lines));
  expect(follower.seqs()).toEqual(range(1, lines));
  expect(largest).toBeLessThan(100_000);
  expect(Math.max(...follower.received.batches)).toBeLessThanOrEqual(1_000);
});

it('skips what was dropped, and reports the number', async () => {
  const id = await aRun(10);
  await database.pool.query(`DELETE FROM "JobRunMessage" WHERE seq <= 6`);
  await database.pool.query(`UPDATE "JobRun" SET "droppedMessages" = 6`);
  const tails = tailsOf();
  const follower = follow(tails, id, 2);
  await follower.until(10);
  expect(follower.seqs()).toEqual([7, 8, 9, 10]);
  expect(follower.viewer.counts).toEqual({ messageCount: 10, droppedMessages: 6 });
  await database.pool.query(`DELETE FROM "JobRunMessage"`);
  await database.pool.query(`UPDATE "JobRun" SET "droppedMessages" = 12, "messageCount" = 12, rev = rev + 1`);
  spoke(id);
  await vi.waitFor(() => expect(follower.viewer.counts).toEqual({ messageCount: 12, droppedMessages: 12 }));
  await write(id, 1);
  spoke(id);
  await follower.until(13);
  expect(follower.seqs()).toEqual([7, 8, 9, 10, 13]);
  expect(follower.received.batches).toEqual([4, 0, 1]);
});

it('sends the steps once at first, and again when they change', async () => {
  const id = await aRun();
  const tails = tailsOf();
  const first = follow(tails, id);
  await vi.waitFor(() => expect(first.received.steps).toEqual([null]));
  const steps = planSteps([], [{ id: 'load' }]);
  const set = (sql: string, ...values: unknown[]) =>
    database.pool.query(`UPDATE "JobRun" SET ${sql}, rev = rev + 1 WHERE id = ${id}`, values).then(() => spoke(id));
  await set('steps = $1', JSON.stringify(steps));
  await vi.waitFor(() => expect(first.received.steps).toEqual([null, steps]));
  await set(`"progressMessage" = 'Something else'`);
  await write(id, 1);
  await first.until(1);
  expect(first.received.steps).toHaveLength(2);
  const second = follow(tails, id);
  await vi.waitFor(() => expect(second.received.steps).toEqual([steps]));
  await set(`status = 'SUCCESS', "finishedAt" = clock_timestamp()`);
  await vi.waitFor(() => expect(first.received.steps.at(-1)).toMatchObject([{ id: 'load', state: 'skipped' }]));
});

it('stops reading once the run has ended and all is sent, until a notification reports more', async () => {
  const id = await aRun(5, { status: 'SUCCESS', chars: 10 });
  const tails = tailsOf(20);
  const busy = follow(tails, await aRun());
  const follower = follow(tails, id);
  await follower.until(5);
  const query = queries();
  const readsOf = (runId: string) =>
    query.mock.calls.filter(([each]) => (each as unknown as { values: string[] }).values[0] === runId);
  await vi.waitFor(() => expect(query.mock.calls.length).toBeGreaterThanOrEqual(3));
  expect(readsOf(id)).toEqual([]);
  busy.leave();
  await write(id, 1);
  spoke(id);
  await follower.until(6);
});

it('sends no query once no viewer follows', async () => {
  const tails = tailsOf(20);
  const id = await aRun(1);
  const [one, two] = [follow(tails, id), follow(tails, id)];
  await Promise.all([one.until(1), two.until(1)]);
  one.leave();
  expect(tails.size).toBe(1);
  two.leave();
  two.leave();
  expect(tails.size).toBe(0);
  const query = queries();
  spoke(id);
  listener.emit('changed', '');
  await database.pool.query('SELECT pg_sleep(0.1)');
  expect(query.mock.calls).toHaveLength(1);
});

it('goes on after the database was away', async () => {
  const id = await aRun(1);
  const onError = vi.fn();
  const query = queries().mockRejectedValueOnce(new Error('connection terminated'));
  const follower = follow(new RunTails({ sql: database.pool, listener, pollMs: 20, onError }), id);
  await follower.until(1);
  expect(onError).toHaveBeenCalledOnce();
  query.mockRestore();
});
