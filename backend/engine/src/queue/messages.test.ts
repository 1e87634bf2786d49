import { randomUUID } from 'node:crypto';
import { countNote, noteFrom } from '@job-manager/client/note';
import type { MessageLevel } from '@job-manager/shared/message';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import type { Sql } from '../store/sql.js';
import { TestEngine } from '../testing/engine.js';
import { defineJob, type JobContext } from './job.js';
import type { MessageLine } from './message-line.js';
import { MessageWriter } from './message-writer.js';
import { type ClaimedRun, claimDueRuns } from './transitions/claim.js';
import { writeMessages } from './transitions/write-messages.js';

/** What the job does; each test puts its own here. */
let act: (ctx: JobContext) => Promise<void>;
const actor = defineJob({
  name: 'actor',
  description: 'Does what the test sets',
  examples: ['tsx scripts/runJobs.ts actor'],
  algorithmVersion: '1',
  parameters: z.strictObject({}),
  run: (ctx) => act(ctx),
});

let engine: TestEngine;
let sql: Sql;
beforeAll(async () => {
  engine = await TestEngine.create([actor]);
  sql = engine.database.pool;
});
afterEach(async () => {
  const violations = await engine.violations();
  await engine.clear();
  expect(violations).toEqual({});
});
afterAll(() => engine.close());

interface StoredMessage extends Pick<MessageLine, 'level' | 'message'> {
  seq: number;
  attempt: number;
  source: string;
  data: unknown;
}

async function messagesOf(runId: string): Promise<StoredMessage[]> {
  const found = await sql.query<StoredMessage>(
    `SELECT seq, attempt, level, source, message, data FROM "JobRunMessage" WHERE "runId" = $1 ORDER BY seq`,
    [runId],
  );
  return found.rows;
}

async function claimOne(): Promise<ClaimedRun> {
  await engine.enqueue('actor');
  const [run] = await claimDueRuns(sql, { runnerId: randomUUID(), jobNames: ['actor'], most: 1 });
  if (!run) throw new Error('Nothing was claimed');
  return run;
}

const linesOf = (count: number, level: MessageLevel = 'INFO', word: string = level): MessageLine[] =>
  Array.from({ length: count }, (_, at) => ({ level, message: `${word} ${at}`, data: null }));
const write = (run: ClaimedRun, lines: MessageLine[], maxPerRun = 100_000) =>
  writeMessages(sql, [{ ...run, lines, callKey: null }], maxPerRun);
const isWrite = ([statement]: unknown[]) => (statement as { name?: string }).name === 'write-messages';

describe('messages of a job', () => {
  it('is kept with its level, attempt and data, and sent to the log as well', async () => {
    const logged = vi.fn();
    engine.events.on('runLogged', logged);
    act = async (ctx) => {
      ctx.log.info('Begun');
      ctx.log.warn('Look out', { password: 'x', n: 1 });
      ctx.log.error('token=abc');
    };
    const { id } = await engine.enqueue('actor');
    await engine.runner().tick();
    const run = await engine.until(id, 'SUCCESS');
    const common = { attempt: 1, source: 'JOB', data: null };
    expect(await messagesOf(id)).toEqual([
      { ...common, seq: 1, level: 'INFO', message: 'Begun' },
      { ...common, seq: 2, level: 'WARN', message: 'Look out', data: { password: '[redacted]', n: 1 } },
      { ...common, seq: 3, level: 'ERROR', message: 'token=[redacted]' },
    ]);
    expect(run).toMatchObject({ messageCount: 3, warningCount: 1, errorCount: 1, droppedMessages: 0 });
    expect(logged.mock.calls.map(([line]) => [line.level, line.message, line.data])).toEqual([
      ['info', 'Begun', undefined],
      ['warn', 'Look out', { password: '[redacted]', n: 1 }],
      ['error', 'token=[redacted]', undefined],
    ]);
  });

  it('costs a few statements, however much it is', async () => {
    const query = vi.spyOn(engine.database.pool, 'query');
    act = async (ctx) => {
      for (let at = 0; at < 10_000; at++) ctx.log.info(`line ${at}`);
    };
    const { id } = await engine.enqueue('actor');
    await engine.runner().tick();
    await engine.until(id, 'SUCCESS');
    expect(query.mock.calls.filter(isWrite).length).toBeLessThanOrEqual(6);
    const messages = await messagesOf(id);
    expect(messages.map(({ message }) => message)).toEqual(
      linesOf(10_000, 'INFO', 'line').map(({ message }) => message),
    );
  });

  it('is there before its outcome, also when it fails', async () => {
    act = async (ctx) => {
      ctx.log.error('About to fail');
      ctx.fail('password=x', { retry: false });
    };
    const { id } = await engine.enqueue('actor');
    await engine.runner().tick();
    const run = await engine.until(id, 'FAILED');
    expect(run).toMatchObject({ errorCount: 1, error: 'password=[redacted]' });
    expect(run.errorStack).not.toContain('password=x');
    expect(await messagesOf(id)).toHaveLength(1);
  });

  it('arrives while the job still runs', async () => {
    let open = () => {};
    act = async (ctx) => {
      ctx.log.info('Waiting');
      await new Promise<void>((resolve) => {
        open = resolve;
      });
    };
    const { id } = await engine.enqueue('actor');
    await engine.runner().tick();
    await vi.waitFor(async () => expect(await messagesOf(id)).toHaveLength(1));
    expect((await engine.run(id)).status).toBe('RUNNING');
    open();
    await engine.until(id, 'SUCCESS');
  });

  it('stays with a released run', async () => {
    act = async (ctx) => {
      await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve));
      for (let at = 0; at < 6_000; at++) ctx.log.info(`last word ${at}`);
      ctx.signal.throwIfAborted();
    };
    const { id } = await engine.enqueue('actor');
    const runner = engine.runner({ drainMs: 0 });
    await runner.tick();
    await runner.stop();
    expect((await engine.run(id)).status).toBe('QUEUED');
    const messages = (await messagesOf(id)).filter(({ source }) => source === 'JOB');
    expect(messages).toHaveLength(6_000);
    expect(messages.at(-1)).toMatchObject({ seq: 6_000, message: 'last word 5999', attempt: 1 });
  });

  it('never fails the job, whatever it is', async () => {
    act = async (ctx) => {
      const circle: Record<string, unknown> = {};
      circle.self = circle;
      ctx.log.info('\u0000 and \ud800', { 'key\u0000': '\u0000', circle, big: 1n });
      ctx.log.warn(undefined as unknown as string, [1, 2] as unknown as Record<string, unknown>);
    };
    const { id } = await engine.enqueue('actor');
    await engine.runner().tick();
    await engine.until(id, 'SUCCESS');
    expect((await messagesOf(id)).map(({ message, data }) => [message, data])).toEqual([
      [' and \ufffd', { key: '', big: '1', '…': 'left out: circle' }],
      ['undefined', [1, 2]],
    ]);
  });
});

describe('numbers', () => {
  it('count on without gaps when job and product write at the same time', async () => {
    const run = await claimOne();
    const note = `WITH noted AS (UPDATE "JobRun" j SET ${countNote('WARN')}, rev = j.rev + 1 WHERE id = $1 RETURNING j.*)
      ${noteFrom('noted', 'WARN', `'A note'`)}`;
    await Promise.all(
      Array.from({ length: 30 }, (_, at) => (at % 3 === 0 ? sql.query(note, [run.id]) : write(run, linesOf(20)))),
    );
    const messages = await messagesOf(run.id);
    expect(messages.map(({ seq }) => seq)).toEqual(Array.from({ length: 410 }, (_, at) => at + 1));
    expect(messages.filter(({ source }) => source === 'SYSTEM')).toHaveLength(10);
    expect(await engine.run(run.id)).toMatchObject({ messageCount: 410, warningCount: 10 });
  });

  it('go on with the next attempt', async () => {
    const run = await claimOne();
    await write(run, linesOf(2));
    await engine.stall(run.id);
    await engine.rescuer.tick();
    const [again] = await claimDueRuns(sql, { runnerId: randomUUID(), jobNames: ['actor'], most: 1 });
    if (!again) throw new Error('Nothing was claimed');
    await write(again, linesOf(1));
    const messages = await messagesOf(run.id);
    expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, at) => at + 1));
    expect(messages.filter(({ source }) => source === 'JOB').map(({ attempt }) => attempt)).toEqual([1, 1, 1]);
  });

  it('rise with the time', async () => {
    const run = await claimOne();
    await Promise.all(Array.from({ length: 20 }, () => write(run, linesOf(3))));
    const { rows } = await sql.query(`SELECT seq FROM "JobRunMessage" WHERE "runId" = $1 ORDER BY at, seq`, [run.id]);
    expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: 60 }, (_, at) => at + 1));
  });
});

describe('a lease that is lost', () => {
  it('loses its messages, others in the same statement keep theirs', async () => {
    const zombie = await claimOne();
    await engine.stall(zombie.id);
    await engine.rescuer.tick();
    const before = await engine.run(zombie.id);
    const other = await claimDueRuns(sql, { runnerId: randomUUID(), jobNames: ['actor'], most: 1 });
    const living = await claimOne();
    const batches = [zombie, living].map((run) => ({ ...run, lines: linesOf(2), callKey: null }));
    expect(other).toHaveLength(1);
    expect(await writeMessages(sql, batches, 100)).toEqual(new Set([living.leaseToken]));
    expect((await messagesOf(zombie.id)).filter(({ source }) => source === 'JOB')).toEqual([]);
    expect(await engine.run(zombie.id)).toMatchObject({ messageCount: before.messageCount });
    expect(await messagesOf(living.id)).toHaveLength(2);
  });

  it('opens nothing once the run has ended', async () => {
    let late = () => {};
    act = async (ctx) => {
      late = () => ctx.log.info('Too late');
    };
    const { id } = await engine.enqueue('actor');
    const runner = engine.runner();
    await runner.tick();
    const run = await engine.until(id, 'SUCCESS');
    late();
    await runner.stop();
    const { leaseToken } = (await sql.query(`SELECT "leaseToken" FROM "JobRun" WHERE id = $1`, [id])).rows[0];
    expect(await writeMessages(sql, [{ id, leaseToken, lines: linesOf(1), callKey: null }], 100)).toEqual(new Set());
    expect(await messagesOf(id)).toEqual([]);
    expect(await engine.run(id)).toEqual(run);
  });
});

describe('beyond the limit per run', () => {
  const levelsOf = async (run: ClaimedRun) => {
    const counts = { INFO: 0, WARN: 0, ERROR: 0 };
    for (const { level } of await messagesOf(run.id)) counts[level] += 1;
    return counts;
  };

  it('the oldest info lines go first, and are counted', async () => {
    const run = await claimOne();
    await write(run, [...linesOf(1, 'ERROR'), ...linesOf(99)], 100);
    expect(await engine.run(run.id)).toMatchObject({ messageCount: 100, droppedMessages: 0 });
    await write(run, linesOf(2, 'INFO', 'newer'), 100);
    const messages = await messagesOf(run.id);
    expect(messages).toHaveLength(95);
    expect(messages.map(({ seq }) => seq)).toEqual([1, ...Array.from({ length: 94 }, (_, at) => at + 9)]);
    expect(await engine.run(run.id)).toMatchObject({ messageCount: 102, droppedMessages: 7, errorCount: 1 });
  });

  it('then warnings, then errors', async () => {
    const run = await claimOne();
    await write(run, [...linesOf(10, 'ERROR'), ...linesOf(40, 'WARN'), ...linesOf(50)], 100);
    await write(run, linesOf(70, 'ERROR'), 100);
    expect(await levelsOf(run)).toEqual({ INFO: 0, WARN: 15, ERROR: 80 });
    await write(run, linesOf(90, 'ERROR', 'last'), 100);
    expect(await levelsOf(run)).toEqual({ INFO: 0, WARN: 0, ERROR: 95 });
    expect((await messagesOf(run.id)).at(-1)?.message).toBe('last 89');
  });

  it('a new line goes before an older, more severe one', async () => {
    const run = await claimOne();
    await write(run, linesOf(100, 'ERROR'), 100);
    await write(run, linesOf(3), 100);
    expect(await levelsOf(run)).toEqual({ INFO: 0, WARN: 0, ERROR: 95 });
    expect(await engine.run(run.id)).toMatchObject({ messageCount: 103, droppedMessages: 8 });
  });

  it('one batch may be many times the limit', async () => {
    const run = await claimOne();
    await write(run, linesOf(1_000), 100);
    const messages = await messagesOf(run.id);
    expect(messages.map(({ seq }) => seq)).toEqual(Array.from({ length: 95 }, (_, at) => at + 906));
    expect(await engine.run(run.id)).toMatchObject({ messageCount: 1_000, droppedMessages: 905 });
  });

  it('is counted exactly when several write at once, and kept to by the next', async () => {
    const run = await claimOne();
    await Promise.all(Array.from({ length: 20 }, () => write(run, linesOf(30), 100)));
    const { messageCount, droppedMessages } = await engine.run(run.id);
    expect(messageCount).toBe(600);
    expect(await messagesOf(run.id)).toHaveLength(600 - droppedMessages);
    await write(run, linesOf(1), 100);
    expect((await messagesOf(run.id)).length).toBeLessThanOrEqual(100);
  });
});

describe('the writer', () => {
  const unreachable = () => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  const writerOver = (query: Sql['query'], maxWaitingChars?: number) => {
    const calls = { wroteMessages: vi.fn(), onWaiting: vi.fn(), onError: vi.fn() };
    const { wroteMessages, onWaiting, onError } = calls;
    const writer = new MessageWriter({
      sql: { query },
      notifier: { wroteMessages },
      maxPerRun: 1_000,
      maxWaitingChars,
      onWaiting,
      onError,
    });
    return { writer, ...calls };
  };
  /** The database, which loses these calls (by number) before or after it did its work. */
  const losing = (calls: Record<number, 'question' | 'answer'>): Sql['query'] => {
    let call = 0;
    return (async (statement: never) => {
      call += 1;
      if (calls[call] === 'question') throw unreachable();
      const result = await sql.query(statement);
      if (calls[call] === 'answer') throw unreachable();
      return result;
    }) as unknown as Sql['query'];
  };

  it('waits for a database that is away, and writes nothing twice', async () => {
    const run = await claimOne();
    const { writer, wroteMessages, onWaiting } = writerOver(losing({ 1: 'question', 2: 'answer' }));
    for (const line of linesOf(3)) writer.add(run, line);
    await writer.flush(run.leaseToken);
    expect((await messagesOf(run.id)).map(({ seq, message }) => [seq, message])).toEqual([
      [1, 'INFO 0'],
      [2, 'INFO 1'],
      [3, 'INFO 2'],
    ]);
    expect(onWaiting).toHaveBeenCalledTimes(2);
    expect(wroteMessages).toHaveBeenCalledExactlyOnceWith(run.id);
  });

  it('keeps within its memory meanwhile, and counts what was lost', async () => {
    const run = await claimOne();
    let isAway = true;
    const { writer } = writerOver(
      (async (statement: never) => {
        if (isAway) throw unreachable();
        return sql.query(statement);
      }) as unknown as Sql['query'],
      20_000,
    );
    writer.add(run, { level: 'WARN', message: 'First', data: null });
    for (const line of linesOf(5_000)) writer.add(run, line);
    isAway = false;
    await writer.flush(run.leaseToken);
    const messages = await messagesOf(run.id);
    expect(messages[0]).toMatchObject({ message: 'First' });
    expect(messages.at(-1)).toMatchObject({ seq: 5_001, message: 'INFO 4999' });
    const { messageCount, droppedMessages, warningCount } = await engine.run(run.id);
    expect({ messageCount, warningCount }).toEqual({ messageCount: 5_001, warningCount: 1 });
    expect(droppedMessages).toBe(5_001 - messages.length);
    expect(messages.length).toBeLessThan(250);
  });

  it('loses no more than the line that PostgreSQL refuses', async () => {
    const [run, other] = [await claimOne(), await claimOne()];
    const { writer, onError } = writerOver((statement: never) => sql.query(statement) as never);
    const lines = linesOf(9);
    lines[4] = { level: 'INFO', message: 'x', data: '{"not json' };
    for (const line of lines) writer.add(run, line);
    writer.add(other, { level: 'INFO', message: 'hello', data: null });
    await Promise.all([writer.flush(run.leaseToken), writer.flush(other.leaseToken)]);
    expect((await messagesOf(run.id)).map(({ message }) => message)).toEqual(
      lines.filter(({ data }) => data === null).map(({ message }) => message),
    );
    expect(await messagesOf(other.id)).toHaveLength(1);
    expect(onError).toHaveBeenCalled();
  });

  it('stops waiting when it is closed', async () => {
    const run = await claimOne();
    const { writer, onWaiting } = writerOver((async () => {
      throw unreachable();
    }) as unknown as Sql['query']);
    writer.add(run, { level: 'INFO', message: 'x', data: null });
    const flushed = writer.flush(run.leaseToken);
    await vi.waitFor(() => expect(onWaiting).toHaveBeenCalled());
    writer.close();
    await flushed;
    expect(await messagesOf(run.id)).toEqual([]);
  });
});
