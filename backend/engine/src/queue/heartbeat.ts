import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import { qualified } from '@job-manager/client/in-schema';
import { sessionOf } from '../database/database-client.js';
import { schemaOf } from '../database/schema.js';
import { isPooled } from '../database/transaction-pooling.js';
import { channelOf } from '../store/channels.js';
import type { HeldPlace } from './lease-table.mjs';
import { BEAT } from './transitions/beat.js';
import { RELEASE, RELEASE_REASONS } from './transitions/release.js';

export interface HeartbeatOptions {
  url: string;
  runnerId: string;
  intervalMs: number;
  /** How often the runner's main thread reports to the heartbeat thread; without a report its event loop is blocked. */
  pulseMs: number;
  stalledAfterMs: number;
  /** Memory of the `LeaseTable` with the runs that it beats for. */
  leases: SharedArrayBuffer;
}

/** Data for the thread, which can't import TypeScript. */
export interface HeartbeatThreadData extends HeartbeatOptions {
  statement: { name?: string; text: string };
  /** What its connection sets first. */
  session: string | null;
  /** The statement that releases runs; takes ids and tokens, and the reason that is given here. */
  release: { text: string; reason: string };
  /** Topics to notify about released runs. */
  channels: string[];
}

/** Messages from the thread to the runner. */
export type HeartbeatReport =
  | { type: 'lost'; leases: HeldPlace[] }
  | { type: 'cancelRequested'; leases: HeldPlace[] }
  | { type: 'unreachable'; message: string }
  | { type: 'back'; afterMs: number };

/** Messages from the runner to the thread. */
export type HeartbeatOrder =
  | {
      type: 'pulse';
      loopLagMs: number;
      lastClaimAgoMs: number | null;
      lastProgressAgoMs: number | null;
      endedRuns: number;
    }
  | { type: 'beat' }
  | { type: 'stop' };

/**
 * The heartbeats of a runner, from a thread of its own: a job that computes without a pause blocks the event loop, but
 * not the heartbeats.
 */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #onReport: (report: HeartbeatReport) => void;
  readonly #lag = monitorEventLoopDelay({ resolution: LAG_LOOK_MS });
  readonly #timer: NodeJS.Timeout;
  #thread: Worker;
  #isStopping = false;

  constructor(
    options: Omit<HeartbeatOptions, 'pulseMs'>,
    onReport: (report: HeartbeatReport) => void,
    readTimes: () => RunnerTimes,
  ) {
    this.#options = { ...options, pulseMs: Math.min(options.intervalMs / 2, 5_000) };
    this.#onReport = onReport;
    this.#thread = this.#startThread();
    this.#lag.enable();
    this.#timer = setInterval(() => this.#sendPulse(readTimes()), this.#options.pulseMs);
    this.#timer.unref();
  }

  /** Sends a heartbeat now instead of when the next is due. */
  beatNow(): void {
    this.#order({ type: 'beat' });
  }

  /** Resolves when the thread has ended; terminates a thread that waits for a database without an answer. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    clearInterval(this.#timer);
    this.#lag.disable();
    const exited = new Promise((resolve) => this.#thread.once('exit', resolve));
    this.#order({ type: 'stop' });
    const timer = setTimeout(() => void this.#thread.terminate(), STOP_WITHIN_MS);
    await exited;
    clearTimeout(timer);
  }

  /** Replaces a thread that ended: without heartbeats every run of this runner would be recovered. */
  #startThread(): Worker {
    const thread = openThread(this.#options);
    thread.on('message', this.#onReport);
    thread.on('error', (error) =>
      this.#onReport({ type: 'unreachable', message: `Heartbeat thread: ${error.message}` }),
    );
    thread.on('exit', () => {
      if (this.#isStopping) return;
      setTimeout(() => {
        if (!this.#isStopping) this.#thread = this.#startThread();
      }, RESTART_MS);
    });
    return thread;
  }

  #sendPulse(times: RunnerTimes): void {
    const ago = (at: number | null) => (at === null ? null : performance.now() - at);
    this.#order({
      type: 'pulse',
      loopLagMs: Math.max(0, this.#lag.percentile(99) / 1e6 - LAG_LOOK_MS),
      lastClaimAgoMs: ago(times.lastClaimAt),
      lastProgressAgoMs: ago(times.lastProgressAt),
      endedRuns: times.endedRuns,
    });
    this.#lag.reset();
  }

  #order(order: HeartbeatOrder): void {
    this.#thread.postMessage(order);
  }
}

/**
 * Between two samples of the event loop; the interval is part of the measured lag. More samples would be the main cost
 * of an idle runner.
 */
const LAG_LOOK_MS = 100;
const RESTART_MS = 200;
const STOP_WITHIN_MS = 2_000;

/** By the process's own clock (`performance.now()`); null for never. */
export interface RunnerTimes {
  lastClaimAt: number | null;
  lastProgressAt: number | null;
  /** Executions that ended by themselves. */
  endedRuns: number;
}

function openThread(options: HeartbeatOptions): Worker {
  const { url } = options;
  const schema = schemaOf(url);
  const beat = qualified(BEAT, schema);
  // Through a pooler the name would be used on a connection that never prepared the statement.
  const statement = isPooled(url) ? { text: beat } : { name: 'beat', text: beat };
  const workerData: HeartbeatThreadData = {
    ...options,
    statement,
    session: sessionOf(url),
    release: { text: qualified(RELEASE, schema), reason: RELEASE_REASONS['not begun'] },
    channels: [channelOf('queued', schema), channelOf('changed', schema)],
  };
  return new Worker(new URL('./heartbeat-thread.mjs', import.meta.url), { workerData, execArgv: [] });
}
