import type { Place, Rank } from './engine.js';

/** The calls of an engine's process. */
export interface ProcessCalls {
  /** Loads the engine's code, and nothing more. */
  load(order: ProcessOrder): Promise<void>;
  prepare(): Promise<void>;
  openProducer(): Promise<void>;
  /** In calls of so many at most. */
  enqueueMany(work: { count: number; atOnce: number; rank: Rank }): Promise<Enqueuing>;
  /** So many callers, each awaiting its enqueue before the next. */
  enqueueByCallers(work: { callers: number; forMs: number }): Promise<Enqueuing>;
  /** At about this distance, however long each takes, until it has done so many or is to stop. */
  enqueueSteadily(work: { everyMs: number; most: number; rank: Rank }): Promise<Enqueuing>;
  stopEnqueuing(): Promise<void>;
  /** Begins to execute jobs. */
  startWorker(): Promise<void>;
  /** Resolves when so many jobs have begun. */
  untilBegun(jobs: number): Promise<void>;
  report(): Promise<WorkerReport>;
}

export interface Enqueuing {
  enqueued: number;
  ms: number;
  /** Processor time, all threads. */
  cpuMs: number;
}

export interface WorkerReport {
  /** Processor time since the first job began, all threads: that of a process, without its start. */
  cpuMs: number;
  /** When the first job began, by the shared clock; null before. */
  firstAt: number | null;
  /** For each job that carries when it was sent, as they began: how long that was ago. */
  delaysMs: number[];
}

export interface Call {
  id: number;
  name: keyof ProcessCalls;
  argument: unknown;
}

export type Answer = { id: number; value: unknown } | { id: number; error: string };

/** What a process is there for. */
export interface ProcessOrder {
  engine: string;
  place: Place;
}
