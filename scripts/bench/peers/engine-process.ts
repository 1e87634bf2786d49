import { setTimeout as delay } from 'node:timers/promises';
import { type Engine, type Payload, type Producer, sharedClock } from './engine.js';
import { contenders } from './engines.js';
import type { Answer, Call, ProcessCalls, ProcessOrder } from './process-calls.js';

// One engine in a process of its own, as producer or as worker: what measures it must not slow it down.
// Ctrl-C reaches the whole group; the benchmark says when it is time.
process.on('SIGINT', () => {});
// The benchmark is gone, killed perhaps: nobody else would end this process.
process.once('disconnect', () => process.exit());

const { engine: id, ...place } = JSON.parse(process.argv[2] ?? '') as ProcessOrder;
let engine: Engine | undefined;
let producer: Producer | undefined;
let isEnqueuing = false;
const seen = {
  started: 0,
  expected: Number.POSITIVE_INFINITY,
  firstAt: null as number | null,
  delaysMs: [] as number[],
};
let cpuAtStart = process.cpuUsage();

const calls: ProcessCalls = {
  load: async () => {
    engine = await contenders.find((contender) => contender.id === id)?.load();
  },
  prepare: () => loaded().prepare(place),
  openProducer: async () => {
    producer = await loaded().openProducer(place);
  },

  enqueueMany: async ({ count, atOnce, rank }) => {
    const from = sharedClock();
    for (let left = count; left > 0; left -= atOnce) await opened().enqueueMany(Math.min(left, atOnce), rank);
    return sharedClock() - from;
  },

  enqueueByCallers: async ({ callers, forMs }) => {
    const from = sharedClock();
    let enqueued = 0;
    const call = async () => {
      while (sharedClock() - from < forMs) {
        await opened().enqueue({}, 'usual');
        enqueued += 1;
      }
    };
    await Promise.all(Array.from({ length: callers }, call));
    return { enqueued, ms: sharedClock() - from };
  },

  enqueueSteadily: async ({ everyMs, most, rank }) => {
    isEnqueuing = true;
    const from = sharedClock();
    const stored: Promise<void>[] = [];
    for (let count = 0; count < most && isEnqueuing; count += 1) {
      await delay(Math.max(0, from + count * everyMs - sharedClock()));
      stored.push(opened().enqueue({ sentAt: sharedClock() }, rank));
    }
    await Promise.all(stored);
  },
  stopEnqueuing: async () => {
    isEnqueuing = false;
  },

  startWorker: async (expected) => {
    seen.expected = expected;
    cpuAtStart = process.cpuUsage();
    await loaded().startWorker(place, heard);
  },
  report: async () => {
    const { user, system } = process.cpuUsage(cpuAtStart);
    const { started, firstAt, delaysMs } = seen;
    return { cpuMs: (user + system) / 1_000, started, firstAt, delaysMs };
  },
};

process.on('message', async ({ id, name, argument }: Call) => {
  try {
    const call = calls[name] as (argument: unknown) => Promise<unknown>;
    tell({ id, value: await call(argument) });
  } catch (error) {
    tell({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
});

/** A job's whole work. */
function heard({ sentAt }: Payload): void {
  seen.started += 1;
  if (sentAt !== undefined) seen.delaysMs.push(sharedClock() - sentAt);
  if (seen.started === 1) seen.firstAt = sharedClock();
  if (seen.started === seen.expected) tell({ event: 'started' });
}

function tell(answer: Answer): void {
  process.send?.(answer);
}

function loaded(): Engine {
  if (!engine) throw new Error(`The engine ${id} is not loaded`);
  return engine;
}

function opened(): Producer {
  if (!producer) throw new Error(`The engine ${id} has no producer open`);
  return producer;
}
