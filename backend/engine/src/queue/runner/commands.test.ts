import type { RunnerChange, RunnerCommandKind } from '@job-manager/shared/runner';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { finishRestart, takeCommands } from '../../store/runner-commands.js';
import { TestEngine } from '../../testing/engine.js';
import { someRunner } from '../../testing/some-runner.js';
import { defineJob } from '../job.js';
import { createRedaction } from '../redaction.js';
import type { Runner } from '../runner.js';
import { SYSTEM } from '../system-actor.js';
import { RunnerLog } from './runner-log.js';

type Named = { id: string };

const gates = new Map<string, () => void>();

const gated = defineJob({
  name: 'gated',
  description: 'Runs until its gate is opened',
  examples: ['tsx scripts/runJobs.ts gated'],
  algorithmVersion: '1',
  parameters: z.strictObject({}),
  run: (ctx) => new Promise<undefined>((open) => gates.set(ctx.runId, () => open(undefined))),
});

let engine: TestEngine;
beforeAll(async () => {
  engine = await TestEngine.create([gated]);
});
afterEach(async () => {
  for (const open of gates.values()) open();
  gates.clear();
  await engine.clear();
});
afterAll(() => engine.close());

const send = (runner: Named, kind: RunnerCommandKind, change?: RunnerChange) =>
  engine.queue.runners.command({ kind, change, runnerIds: [runner.id] }, SYSTEM);

const rowOf = async (runner: Named) => engine.queue.runners.get(runner.id);
const stateOf = async (runner: Named) => (await rowOf(runner)).command?.state;
const until = (runner: Named, expected: object) =>
  vi.waitFor(async () => expect(await rowOf(runner)).toMatchObject(expected), { interval: 10 });
const command = (state: string) => ({ command: { state } });
const running = (id: string) => vi.waitFor(() => expect(gates.has(id)).toBe(true), { interval: 10 });
const open = (id: string) => gates.get(id)?.();

/** A runner that polls for commands and runs whenever it is notified, and for commands every second. */
async function notified(settings = {}): Promise<Runner> {
  const listener = await engine.listener(['queued', 'commands']);
  return engine.runner({ heartbeatMs: 1_000, ...settings }, listener);
}

describe('a runner that is drained', () => {
  it('claims nothing more, lets its runs end without burning an attempt, and can be resumed', async () => {
    const runner = await notified();
    await runner.start();
    const first = await engine.enqueue('gated');
    await running(first.id);
    await send(runner, 'DRAIN');
    await until(runner, { status: 'DRAINING', ...command('accepted') });

    const second = await engine.enqueue('gated');
    expect(await runner.tick()).toBe(0);
    open(first.id);
    expect(await engine.until(first.id, 'SUCCESS')).toMatchObject({ attempt: 1, crashes: 0 });
    await until(runner, { status: 'DRAINING', ...command('done') });
    expect((await engine.run(second.id)).status).toBe('QUEUED');

    await send(runner, 'RESUME');
    await until(runner, { status: 'ACTIVE', ...command('done') });
    await running(second.id);
  });

  it('has the runs that ended there in its list, the newest first', async () => {
    const runner = await notified();
    await runner.start();
    const ids: string[] = [];
    for (let count = 0; count < 2; count++) {
      const { id } = await engine.enqueue('gated');
      ids.unshift(id);
      await running(id);
      open(id);
      await engine.until(id, 'SUCCESS');
    }
    const { runs, searchedBackTo } = await engine.queue.runners.runs(runner.id);
    expect([runs.map(({ id }) => id), searchedBackTo]).toEqual([ids, null]);
    expect((await engine.queue.runners.runs(await someRunner(engine.database.pool))).runs).toEqual([]);
  });

  it('releases its prefetched runs', async () => {
    const runner = await notified({ concurrency: 1 });
    const runs = [await engine.enqueue('gated'), await engine.enqueue('gated')];
    await runner.open();
    await runner.tick();
    await running(String(runs[0]?.id));
    await send(runner, 'DRAIN');
    await until(runner, command('accepted'));
    expect(await engine.run(String(runs[1]?.id))).toMatchObject({ status: 'QUEUED', attempt: 0 });
  });

  it('ends a drain that is revoked before its runs have ended', async () => {
    const runner = await notified();
    await runner.start();
    const run = await engine.enqueue('gated');
    await running(run.id);
    await send(runner, 'DRAIN');
    await until(runner, { status: 'DRAINING' });
    await send(runner, 'RESUME');
    await until(runner, { status: 'ACTIVE' });
    await vi.waitFor(async () => {
      const commands = await engine.queue.runners.commands({ runnerId: runner.id });
      expect(commands.map(({ kind, state }) => [kind, state])).toEqual([
        ['RESUME', 'done'],
        ['DRAIN', 'done'],
      ]);
    });
  });

  it('stays so where it was taken for lost meanwhile', async () => {
    const runner = engine.runner();
    await runner.start();
    await send(runner, 'DRAIN');
    await until(runner, { status: 'DRAINING', ...command('done') });
    await engine.database.pool.query(`UPDATE "Runner" SET status = 'LOST' WHERE id = $1`, [runner.id]);
    await until(runner, { status: 'DRAINING' });
  });
});

it('stops a runner, which releases what it runs', async () => {
  const runner = await notified({ drainMs: 0 });
  await runner.start();
  const run = await engine.enqueue('gated');
  await running(run.id);
  await send(runner, 'STOP');
  open(run.id);
  await until(runner, { status: 'STOPPED', ...command('done') });
});

it('refuses to restart a runner without a supervisor, and to command an ended one', async () => {
  const runner = engine.runner();
  await runner.start();
  await expect(send(runner, 'RESTART')).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
  await runner.stop();
  await expect(send(runner, 'DRAIN')).rejects.toThrow('The runner has stopped.');
  const unknown = engine.queue.runners.command({ kind: 'PING', runnerIds: [crypto.randomUUID()] }, SYSTEM);
  await expect(unknown).rejects.toThrow('There is no such runner.');
});

describe('a runner that is set', () => {
  it('executes as many runs at once as a command sets', async () => {
    const runner = await notified({ concurrency: 1 });
    await runner.start();
    const runs = [await engine.enqueue('gated'), await engine.enqueue('gated'), await engine.enqueue('gated')];
    await running(String(runs[0]?.id));
    await send(runner, 'SET', { concurrency: 2 });
    await until(runner, { concurrency: 2, ...command('done') });
    await vi.waitFor(() => expect(gates.size).toBe(2));
    expect((await rowOf(runner)).activeRuns).toBeGreaterThanOrEqual(2);
    await send(runner, 'SET', { concurrency: 1 });
    await until(runner, { concurrency: 1, ...command('done') });
  });

  it('serves only the channels that a command sets, until another one', async () => {
    const runner = await notified();
    await runner.start();
    await send(runner, 'SET', { channels: ['mail'] });
    await until(runner, { channels: ['mail'], ...command('done') });
    const other = await engine.enqueue('gated', {}, { channel: 'other' });
    const mail = await engine.enqueue('gated', {}, { channel: 'mail' });
    await running(mail.id);
    expect((await engine.run(other.id)).status).toBe('QUEUED');
    await send(runner, 'SET', { channels: null });
    await until(runner, { channels: null, ...command('done') });
    await running(other.id);
  });
});

describe('a runner that starts', () => {
  const setDefaults = (change: RunnerChange | null) => engine.queue.runners.setDefaults(change, SYSTEM);
  afterEach(() => setDefaults(null));

  it('takes over the default, claims nothing where that pauses it, and can be set apart from it', async () => {
    const before = await notified({ concurrency: 1 });
    await before.start();
    await setDefaults({ concurrency: 2, channels: ['mail'], logLevel: 'debug', isPaused: true });
    const runner = await notified({ concurrency: 1 });
    await runner.start();
    const expected = { status: 'DRAINING', concurrency: 2, channels: ['mail'], logLevel: 'debug' };
    expect(await rowOf(runner)).toMatchObject(expected);
    expect(await rowOf(before)).toMatchObject({ status: 'ACTIVE', concurrency: 1, channels: null, logLevel: null });
    await before.stop();

    const runs = [1, 2].map(() => engine.enqueue('gated', {}, { channel: 'mail' }));
    const [first, second] = await Promise.all(runs);
    expect(await runner.tick()).toBe(0);
    await send(runner, 'SET', { isPaused: false });
    await until(runner, { status: 'ACTIVE', ...command('done') });
    await running(String(first?.id));
    await running(String(second?.id));
    await send(runner, 'SET', { isPaused: true });
    await until(runner, { status: 'DRAINING', ...command('done') });
  });

  it('has its own settings where none is set for all', async () => {
    await setDefaults({ concurrency: 2 });
    await setDefaults(null);
    const runner = await notified({ concurrency: 1 });
    await runner.start();
    expect(await rowOf(runner)).toMatchObject({ status: 'ACTIVE', concurrency: 1, channels: null });
    await expect(setDefaults({})).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});

describe('a command', () => {
  it('comes with the next heartbeat where its notification is lost', async () => {
    const runner = engine.runner({ heartbeatMs: 50 });
    await runner.start();
    await send(runner, 'PING');
    await until(runner, command('done'));
  });

  it('is obeyed once when it is delivered twice', async () => {
    const runner = await notified();
    await runner.start();
    const { groupId } = await send(runner, 'PING');
    await until(runner, command('done'));
    for (let again = 0; again < 2; again++) engine.notifier.commanded([runner.id]);
    await send(runner, 'PING');
    await until(runner, command('done'));
    const events = await engine.queue.runners.events({ runnerId: runner.id });
    const [first] = await engine.queue.runners.commands({ groupId });
    expect(events.filter(({ kind }) => kind === 'command-done')).toHaveLength(2);
    expect(first?.state).toBe('done');
  });

  it('is taken again where the answer was lost that it came with', async () => {
    const runner = engine.runner({ heartbeatMs: 50 });
    await runner.open();
    await engine.database.pool.query(
      `INSERT INTO "RunnerCommand" ("runnerId", kind, "groupId", "seenAt", "expiresAt")
       VALUES ($1, 'PING', gen_random_uuid(), now() - interval '10 minutes', now() - interval '8 minutes')`,
      [runner.id],
    );
    await until(runner, command('done'));
  });

  it('is read again soon, not only with the next heartbeat, where the database could not be reached', async () => {
    const runner = await notified({ heartbeatMs: 600_000 });
    await runner.start();
    await send(runner, 'PING');
    await until(runner, command('done'));
    const { pool } = engine.database;
    const query = pool.query.bind(pool) as (...args: unknown[]) => unknown;
    let isCut = true;
    vi.spyOn(pool, 'query').mockImplementation((...args: unknown[]) => {
      if (!isCut || (args[0] as { name?: string }).name !== 'take-commands') return query(...args);
      isCut = false;
      return Promise.reject(Object.assign(new Error('cut'), { code: 'ECONNRESET' }));
    });
    await send(runner, 'DRAIN');
    await until(runner, { status: 'DRAINING', ...command('done') });
    expect(isCut).toBe(false);
  });

  it('expires unless it is delivered in time', async () => {
    const runner = { id: await someRunner(engine.database.pool) };
    await send(runner, 'DRAIN');
    expect(await stateOf(runner)).toBe('sent');
    await engine.database.pool.query(`UPDATE "RunnerCommand" SET "expiresAt" = now()`);
    expect(await stateOf(runner)).toBe('notDelivered');
    const { rows } = await engine.database.pool.query('SELECT "seenAt" FROM "RunnerCommand"');
    expect(rows).toEqual([{ seenAt: null }]);
  });

  it('is written down with who gave it', async () => {
    const runner = engine.runner();
    await runner.start();
    await engine.queue.runners.command(
      { kind: 'SET', change: { concurrency: 4 }, runnerIds: [runner.id] },
      { ...SYSTEM, email: 'boss@example.com' },
    );
    const { rows } = await engine.database.pool.query(
      `SELECT "actorEmail", target, details FROM "AuditEvent" WHERE action = 'runner.command'`,
    );
    const details = { command: 'SET', runnerId: runner.id, change: { concurrency: 4 } };
    expect(rows).toEqual([{ actorEmail: 'boss@example.com', target: expect.stringMatching(/:\d+$/), details }]);
  });
});

describe('commands one after the other', () => {
  it('wait for the one before, and are never delivered when that fails', async () => {
    const [first, second] = [{ id: await someRunner(engine.database.pool) }, await notified()];
    await second.start();
    await engine.queue.runners.command({ kind: 'PING', runnerIds: [first.id, second.id], isRolling: true }, SYSTEM);
    expect([await stateOf(first), await stateOf(second)]).toEqual(['sent', 'waiting']);
    await engine.database.pool.query(`UPDATE "RunnerCommand" SET "expiresAt" = now() WHERE "runnerId" = $1`, [
      first.id,
    ]);
    expect([await stateOf(first), await stateOf(second)]).toEqual(['notDelivered', 'notDelivered']);
  });

  it('are delivered once the one before is done', async () => {
    const [first, second] = [await notified(), await notified({ heartbeatMs: 50 })];
    await first.start();
    await second.start();
    await engine.queue.runners.command({ kind: 'DRAIN', runnerIds: [first.id, second.id], isRolling: true }, SYSTEM);
    await until(second, { status: 'DRAINING', ...command('done') });
  });
});

describe('an ended runner', () => {
  const lose = (runner: Named) =>
    engine.database.pool.query(`UPDATE "Runner" SET status = 'LOST' WHERE id = $1`, [runner.id]);
  const cleanUp = (...runners: Named[]) =>
    engine.queue.runners.cleanUp(
      runners.map(({ id }) => id),
      SYSTEM,
    );

  it('is removed after its runs are recovered, and its events stay', async () => {
    const [gone, living] = [
      { id: await someRunner(engine.database.pool) },
      { id: await someRunner(engine.database.pool) },
    ];
    const run = await engine.enqueue('gated');
    await engine.database.pool.query(
      `UPDATE "JobRun" SET status = 'RUNNING', "runnerId" = $2, "leaseToken" = gen_random_uuid(), attempt = 1, "claimNo" = 1, "startedAt" = now(),
         "lastHeartbeatAt" = now() WHERE id = $1`,
      [run.id, gone.id],
    );
    await lose(gone);
    expect(await engine.queue.runners.gone()).toMatchObject([{ id: gone.id, name: 'far:1', status: 'LOST', runs: 1 }]);
    expect(await cleanUp(gone, living)).toMatchObject({ removed: 1, recovered: 1, left: [{ runnerId: living.id }] });
    expect((await engine.run(run.id)).status).not.toBe('RUNNING');
    await expect(rowOf(gone)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await rowOf(living)).status).toBe('ACTIVE');
    const [removed, recovered, lost] = await engine.queue.runners.events({ runnerId: gone.id });
    expect([removed?.kind, recovered?.kind, lost?.kind]).toEqual(['removed', 'recovered', 'lost']);
    expect(recovered).toMatchObject({ severity: 'warning', message: '1 run recovered: 1 queued again' });
  });

  it('comes back where it was but cut off', async () => {
    const runner = await engine.runner({ heartbeatMs: 50, concurrency: 3 });
    await runner.start();
    await send(runner, 'SET', { concurrency: 2, channels: ['mail'] });
    await until(runner, { concurrency: 2, ...command('done') });
    await lose(runner);
    // Unless a heartbeat has come in between.
    await vi.waitFor(async () => {
      await lose(runner);
      expect(await cleanUp(runner)).toMatchObject({ removed: 1 });
    });
    await vi.waitFor(async () => {
      expect(await rowOf(runner)).toMatchObject({ status: 'ACTIVE', concurrency: 2, channels: ['mail'] });
    });
  });
});

describe('a restart', () => {
  it('is over once the next runner of that host has come, be it that the last write of the one before was lost', async () => {
    const { pool } = engine.database;
    const [before, other] = [
      await someRunner(pool, { canRestart: true }),
      await someRunner(pool, { canRestart: true }),
    ];
    const runnerIds = [before, other];
    const { groupId } = await engine.queue.runners.command({ kind: 'RESTART', runnerIds, isRolling: true }, SYSTEM);
    expect(await takeCommands(pool, before, [])).toHaveLength(1);
    await pool.query(`UPDATE "Runner" SET status = 'DRAINING' WHERE id = $1`, [before]);
    const next = await someRunner(pool, { canRestart: true });
    const heartbeatMs = 30_000;
    // It is still there.
    expect(await finishRestart(pool, next, { heartbeatMs })).toBeUndefined();
    await pool.query(`UPDATE "Runner" SET "lastHeartbeatAt" = now() - interval '70 s' WHERE id = $1`, [before]);
    expect(await finishRestart(pool, next, { heartbeatMs })).toEqual([other]);
    expect(await finishRestart(pool, next, { heartbeatMs })).toBeUndefined();
    const states = (await engine.queue.runners.commands({ groupId })).map(({ state }) => state);
    expect(states).toEqual(['sent', 'done']);
  });
});

describe('the log of a runner', () => {
  const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, isLevelEnabled: () => true };
  async function logged() {
    const runnerId = await someRunner(engine.database.pool);
    const log = new RunnerLog({
      sql: () => engine.database.pool,
      runnerId: () => runnerId,
      redaction: createRedaction('password'),
    });
    const which = { runnerId, level: 'debug', limit: 500, isFollowed: false } as const;
    const read = async () => {
      await log.flush();
      return engine.queue.runners.log(which);
    };
    return { log, runnerId, writer: log.tee(quiet), read };
  }

  it('keeps warnings and errors without their secrets, and everything while it is followed', async () => {
    const { log, writer, read } = await logged();
    writer.info('Runner started');
    writer.warn({ runId: '7', password: 'hunter2hunter2' }, 'Taken away, password=hunter2hunter2');
    writer.error({ err: new Error('gone\u0000') }, 'Unexpected error');
    const kept = await read();
    expect(kept.map(({ level }) => level)).toEqual(['warn', 'error']);
    expect(kept[0]?.data).toEqual({ runId: '7', password: '[redacted]' });
    expect(JSON.stringify(kept)).not.toContain('hunter2');
    log.follow();
    writer.info({ runId: '8' }, 'Run #8 started');
    expect((await read()).at(-1)).toMatchObject({ level: 'info', message: 'Run #8 started' });
  });

  it('keeps no more than 100 lines a minute, and counts the others', async () => {
    const { writer, read } = await logged();
    for (let line = 0; line < 130; line++) writer.error('Again');
    const kept = await read();
    expect(kept).toHaveLength(101);
    expect(kept.at(-1)?.message).toBe('30 more lines are in the log of the process alone');
  });
});

it('keeps what happened to a runner, in order', async () => {
  const runner = await notified();
  await runner.start();
  await send(runner, 'DRAIN');
  await until(runner, command('done'));
  await send(runner, 'RESUME');
  await until(runner, command('done'));
  // As text, the second would come first.
  await engine.database.pool.query(`ALTER SEQUENCE "RunnerEvent_id_seq" RESTART WITH 1000000000000`);
  await engine.database.pool.query(`UPDATE "Runner" SET status = 'LOST' WHERE id = $1`, [runner.id]);
  const events = await engine.queue.runners.events({ runnerId: runner.id });
  expect(events.map(({ kind }) => kind).reverse()).toEqual([
    'version-new',
    'command',
    'draining',
    'command-done',
    'command',
    'resumed',
    'command-done',
    'lost',
  ]);
});
