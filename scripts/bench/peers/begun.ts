import { type OnStart, sharedClock } from './engine.js';
import type { WorkerReport } from './process-calls.js';

/** The jobs that have begun in this process. */
export interface Begun {
  /** A job's whole work. */
  onStart: OnStart;
  /** Resolves when so many have begun. */
  until(jobs: number): Promise<void>;
  report(): WorkerReport;
}

/** Counts the jobs that begin, with as little work for each as it takes. */
export function createBegun(): Begun {
  let begun = 0;
  let first: { at: number; cpu: NodeJS.CpuUsage } | null = null;
  const delaysMs: number[] = [];
  const waiting = new Map<number, () => void>();

  return {
    onStart: ({ sentAt }) => {
      begun += 1;
      if (sentAt !== undefined) delaysMs.push(sharedClock() - sentAt);
      first ??= { at: sharedClock(), cpu: process.cpuUsage() };
      waiting.get(begun)?.();
    },
    until: (jobs) =>
      new Promise((resolve) => {
        if (begun >= jobs) resolve();
        else waiting.set(jobs, resolve);
      }),
    report: () => {
      const { user, system } = process.cpuUsage(first?.cpu);
      return { cpuMs: (user + system) / 1_000, firstAt: first?.at ?? null, delaysMs };
    },
  };
}
