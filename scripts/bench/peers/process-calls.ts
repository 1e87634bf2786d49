import type { Rank } from './engine.js';

/** What an engine's process may be asked to do. */
export interface ProcessCalls {
  /** Loads the engine's code, and nothing more. */
  load(): Promise<void>;
  prepare(): Promise<void>;
  openProducer(): Promise<void>;
  /** In calls of so many at most; answers how long that took, in milliseconds. */
  enqueueMany(work: { count: number; atOnce: number; rank: Rank }): Promise<number>;
  /** So many callers, each awaiting its enqueue before the next. */
  enqueueByCallers(work: { callers: number; forMs: number }): Promise<{ enqueued: number; ms: number }>;
  /** One after the other at this distance, however long each takes, until it is told to stop or has done so many. */
  enqueueSteadily(work: { everyMs: number; most: number; rank: Rank }): Promise<void>;
  stopEnqueuing(): Promise<void>;
  /** Begins to execute jobs; says `started` when so many have begun. */
  startWorker(expected: number): Promise<void>;
  report(): Promise<WorkerReport>;
}

export interface WorkerReport {
  /** Processor time since it was told to start, all threads. */
  cpuMs: number;
  /** Jobs that have begun. */
  started: number;
  /** When the first one began, by the shared clock; null before. */
  firstAt: number | null;
  /** For each job that carries when it was sent: how long that was ago when it began. */
  delaysMs: number[];
}

export interface Call {
  id: number;
  name: keyof ProcessCalls;
  argument: unknown;
}

export type Answer = { id: number; value: unknown } | { id: number; error: string } | { event: 'started' };

/** What a process is started with, as its one argument, in JSON. */
export interface ProcessOrder {
  engine: string;
  databaseUrl: string;
  redisUrl: string | null;
}
