import type { ChildProcess, fork } from 'node:child_process';
import { EventEmitter } from 'node:events';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BuiltInRunner } from './built-in-runner.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

class FakeChild extends EventEmitter {
  signals: unknown[] = [];
  exitCode = null;
  signalCode: NodeJS.Signals | null = null;

  constructor(readonly pid: number | undefined) {
    super();
  }

  kill(signal: NodeJS.Signals): void {
    this.signals.push(signal);
    if (signal !== 'SIGKILL') return;
    this.signalCode = signal;
    this.emit('exit', null, signal);
  }
}

const onCrash = vi.fn(async () => {});

function runnerOf(...starts: (() => FakeChild)[]) {
  onCrash.mockClear();
  const next = starts.values();
  const fork = vi.fn(
    (..._given: unknown[]) => (next.next().value ?? (() => new FakeChild(1)))() as unknown as ChildProcess,
  );
  const log = pino({ level: 'silent' });
  const runner = new BuiltInRunner({
    databaseUrl: '',
    jobsModule: 'file:///jobs.js',
    env: {},
    drainMs: 25_000,
    log,
    fork,
    onCrash,
  });
  runner.start();
  return { runner, fork };
}

it('is given none of the secrets of the server', () => {
  const secrets = { JWT_SECRET: 'x'.repeat(32), ADMIN_PASSWORD: 'a password', METRICS_TOKEN: 'y'.repeat(16) };
  for (const [name, value] of Object.entries(secrets)) vi.stubEnv(name, value);
  const given: (NodeJS.ProcessEnv | undefined)[] = [];
  const start = (_program: string | URL, _args: readonly string[], options: { env?: NodeJS.ProcessEnv }) => {
    given.push(options.env);
    return new FakeChild(1) as unknown as ChildProcess;
  };
  const log = pino({ level: 'silent' });
  const env = { ...secrets, PORT: '1' };
  const databaseUrl = 'postgres://localhost/x';
  const jobsModule = 'file:///jobs.js';
  new BuiltInRunner({ databaseUrl, jobsModule, env, drainMs: 0, log, fork: start as typeof fork, onCrash }).start();
  expect(given).toEqual([expect.objectContaining({ PORT: '1', DATABASE_URL: databaseUrl, PATH: process.env.PATH })]);
  for (const name of Object.keys(secrets)) expect(given[0]).not.toHaveProperty(name);
  vi.unstubAllEnvs();
});

describe('a built-in runner that cannot be started', () => {
  it('is started again where Node reports an error and no exit', async () => {
    const failed = new FakeChild(undefined);
    const { runner, fork } = runnerOf(() => failed);
    failed.emit('error', new Error('spawn EAGAIN'));
    await vi.advanceTimersByTimeAsync(500);
    expect(fork).toHaveBeenCalledTimes(2);
    expect(runner.pid).toBe(1);
  });

  it('is started again, with growing pauses, where fork throws', async () => {
    const refuse = () => {
      throw new Error('spawn ENOMEM');
    };
    const { fork } = runnerOf(refuse, refuse);
    await vi.advanceTimersByTimeAsync(500);
    expect(fork).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(900);
    expect(fork).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(100);
    expect(fork).toHaveBeenCalledTimes(3);
  });

  it('can be stopped', async () => {
    const failed = new FakeChild(undefined);
    const { runner, fork } = runnerOf(() => failed);
    failed.emit('error', new Error('spawn EAGAIN'));
    await runner.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(fork).toHaveBeenCalledTimes(1);
  });
});

describe('a built-in runner that is stopped', () => {
  it('is not ended while it reports that it works at it', async () => {
    const child = new FakeChild(1);
    const { runner } = runnerOf(() => child);
    const stopped = runner.stop();
    for (let second = 0; second < 25 + 60; second++) {
      await vi.advanceTimersByTimeAsync(1_000);
      child.emit('message', { type: 'stopping' });
    }
    expect(child.signals).toEqual(['SIGTERM']);
    child.emit('exit', 0, null);
    await stopped;
    expect(onCrash).not.toHaveBeenCalled();
  });

  it('is ended where a job blocks it after its grace period, and its runs are recovered', async () => {
    const child = new FakeChild(1);
    const { runner } = runnerOf(() => child);
    child.emit('message', { type: 'ready', runnerId: 'r-1' });
    const stopped = runner.stop();
    await vi.advanceTimersByTimeAsync(25_000);
    expect(child.signals).toEqual(['SIGTERM']);
    await vi.advanceTimersByTimeAsync(7_000);
    await stopped;
    expect(child.signals).toEqual(['SIGTERM', 'SIGKILL']);
    expect(onCrash).toHaveBeenCalledWith('r-1');
  });
});

describe('a built-in runner that its runs take down', () => {
  it('is started again within two seconds, however often', async () => {
    const children = Array.from({ length: 6 }, (_, n) => new FakeChild(n + 1));
    const { fork } = runnerOf(...children.map((child) => () => child));
    for (const [n, child] of children.entries()) {
      child.emit('message', { type: 'ready', runnerId: `r-${n}` });
      child.emit('exit', null, 'SIGKILL');
      await vi.advanceTimersByTimeAsync(2_000);
      expect(fork).toHaveBeenCalledTimes(n + 2);
    }
    expect(onCrash).toHaveBeenCalledTimes(children.length);
  });

  it('has its runs recovered where its death is seen before its first word', () => {
    const child = new FakeChild(1);
    runnerOf(() => child);
    child.emit('exit', 3, null);
    expect(onCrash).not.toHaveBeenCalled();
    child.emit('message', { type: 'ready', runnerId: 'r-1' });
    expect(onCrash).toHaveBeenCalledWith('r-1');
  });
});

describe('a built-in runner that an operator ends', () => {
  const ending = (how: 'stop' | 'restart') => {
    const child = new FakeChild(1);
    const { runner, fork } = runnerOf(() => child);
    child.emit('message', { type: 'ready', runnerId: 'r-1' });
    child.emit('message', { type: 'ending', how });
    return { child, runner, fork };
  };

  it('is started again at once after a restart, in the place of the former', () => {
    const { child, fork } = ending('restart');
    child.emit('exit', 0, null);
    expect(fork.mock.calls.map(([, args]) => args)).toEqual([['file:///jobs.js'], ['file:///jobs.js', 'r-1']]);
    expect(onCrash).not.toHaveBeenCalled();
  });

  it('stays away after a stop', async () => {
    const { child, fork } = ending('stop');
    child.emit('exit', 0, null);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(fork).toHaveBeenCalledTimes(1);
  });

  it('is ended where it hangs, its runs are recovered, and it is started again', async () => {
    const { child, fork } = ending('restart');
    await vi.advanceTimersByTimeAsync(32_000);
    expect(child.signals).toEqual(['SIGKILL']);
    expect(onCrash).toHaveBeenCalledWith('r-1');
    expect(fork).toHaveBeenCalledTimes(2);
  });
});
