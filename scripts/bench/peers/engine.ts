/** Where an engine keeps its jobs. */
export interface Place {
  /** A database of its own, where Job Manager's tables are and nothing else. */
  databaseUrl: string;
  redisUrl: string | null;
}

/** What a job carries. */
export interface Payload {
  /** When its enqueue was begun, by the clock that all processes of a machine share. */
  sentAt?: number;
}

/** Called by the job's function as its first act; it does nothing else. */
export type OnStart = (payload: Payload) => void;

/** One engine with one set of settings, as an application would use it. */
export interface Engine {
  /** Makes what a producer and a worker expect to find. */
  prepare(place: Place): Promise<void>;
  openProducer(place: Place): Promise<Producer>;
  /** Resolves when jobs are claimed, or soon will be. The process that started it ends its whole process. */
  startWorker(place: Place, onStart: OnStart): Promise<void>;
}

export interface Producer {
  /** Resolves when the job is stored for good and a worker has been, or soon will be, woken. */
  enqueue(payload: Payload, rank: Rank): Promise<void>;
  enqueueMany(count: number, rank: Rank): Promise<void>;
}

/** `urgent` goes before `patient`; `usual` is what has no rank. */
export type Rank = 'urgent' | 'usual' | 'patient';

/** What every engine calls its one queue, and its one job. */
export const QUEUE = 'bench';

/** Milliseconds by a clock that all processes of this machine share, and that is never set. */
export const sharedClock = (): number => Number(process.hrtime.bigint()) / 1e6;
