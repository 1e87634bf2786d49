import { setTimeout as delay } from 'node:timers/promises';
import { type Producer, sharedClock } from './engine.js';
import type { Enqueuing, ProcessCalls } from './process-calls.js';

/** The ways in which a producer enqueues. */
export function createEnqueuer(
  opened: () => Producer,
): Pick<ProcessCalls, 'enqueueMany' | 'enqueueByCallers' | 'enqueueSteadily' | 'stopEnqueuing'> {
  let isEnqueuing = false;

  return {
    enqueueMany: ({ count, atOnce, rank }) =>
      measure(async () => {
        for (let left = count; left > 0; left -= atOnce) await opened().enqueueMany(Math.min(left, atOnce), rank);
        return count;
      }),

    enqueueByCallers: ({ callers, forMs }) =>
      measure(async () => {
        const until = sharedClock() + forMs;
        const call = async () => {
          let enqueued = 0;
          for (; sharedClock() < until; enqueued += 1) await opened().enqueue({}, 'usual');
          return enqueued;
        };
        const enqueued = await Promise.all(Array.from({ length: callers }, call));
        return enqueued.reduce((total, each) => total + each, 0);
      }),

    enqueueSteadily: ({ everyMs, most, rank }) =>
      measure(async () => {
        isEnqueuing = true;
        const from = sharedClock();
        const stored: Promise<void>[] = [];
        while (stored.length < most && isEnqueuing) {
          // Uneven, so that no timer keeps step with it.
          await delay(Math.max(0, from + (stored.length + Math.random()) * everyMs - sharedClock()));
          stored.push(opened().enqueue({ sentAt: sharedClock() }, rank));
        }
        await Promise.all(stored);
        return stored.length;
      }),

    stopEnqueuing: async () => {
      isEnqueuing = false;
    },
  };
}

async function measure(enqueue: () => Promise<number>): Promise<Enqueuing> {
  const from = sharedClock();
  const before = process.cpuUsage();
  const enqueued = await enqueue();
  const ms = sharedClock() - from;
  const { user, system } = process.cpuUsage(before);
  return { enqueued, ms, cpuMs: (user + system) / 1_000 };
}
