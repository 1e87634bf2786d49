import { setTimeout as delay } from 'node:timers/promises';
import type { EngineBench } from '../engine-bench.js';
import type { EnginePart, Figure } from '../figure.js';
import { percentile } from '../percentile.js';
import { figuresOf, type Goal, medianOf, type Showing } from './comparison.js';
import type { Contender, ContenderId } from './engines.js';
import { measureInTurn } from './in-turn.js';
import { onStage, type Stage } from './stage.js';

const EVERY_MS = 20;
/** The first ones open connections and compile code on both sides, and don't count. */
const WARM_UP = 50;
const COUNTED = 300;
/** So long the last of them may take to begin. */
const LATE_MS = 10_000;

/** Those whose workers are woken: one that polls every two seconds is not in this race. */
const CONTENDERS: ContenderId[] = [
  'ours',
  'graphile',
  'graphile-batched',
  'pg-boss-batched',
  'bullmq-postgres-tuned',
  'bullmq-redis-tuned',
];
const GRAPHILE: ContenderId[] = ['graphile', 'graphile-batched'];

/** What a round showed, in milliseconds. */
export interface Delays {
  p50: number;
  p99: number;
  /** So many jobs' delays. */
  jobs: number;
}

/** From just before the enqueue to the job's first line, at 50 a second on a worker that has nothing else to do. */
export const pickup: EnginePart = {
  id: 'pickup',
  measure: async (bench) => {
    const showings = await measureInTurn(bench, CONTENDERS, (stageOf, contender) => pickUpOnce(stageOf, contender));
    return [delayFigure(showings), ...ratioFigures(showings)];
  },
};

/** The delays of one engine’s jobs, on a stage of its own; `inspect` reads what it left there. */
export function pickUpOnce(
  bench: EngineBench,
  contender: Contender,
  inspect?: (stage: Stage) => Promise<void>,
): Promise<Delays> {
  return onStage(bench, contender, async (stage) => {
    const { producer, worker } = stage;
    await worker.call('startWorker');
    const most = WARM_UP + COUNTED;
    await producer.call('enqueueSteadily', { everyMs: EVERY_MS, most, rank: 'usual' });
    await Promise.race([worker.call('untilBegun', most), delay(LATE_MS, undefined, { ref: false })]);
    const { delaysMs } = await worker.call('report');
    if (delaysMs.length !== most) throw new Error(`${contender.title} began ${delaysMs.length} jobs of ${most}`);
    await inspect?.(stage);
    return delaysOf(delaysMs.slice(WARM_UP));
  });
}

function ratioFigures(showings: Showing<Delays>[]): Figure[] {
  const p50: Goal[] = [{ peers: GRAPHILE, name: 'Pickup p50, times graphile-worker’s', most: 0.9, aim: 0.7 }];
  const p99: Goal[] = [
    { peers: GRAPHILE, name: 'Pickup p99, times graphile-worker’s', most: 1, aim: 0.8 },
    { peers: ['bullmq-redis-tuned'], name: 'Pickup p99, times that of BullMQ on Redis', most: 1.5, aim: 1.1 },
  ];
  return [...figuresOf(showings, p50, (sample) => sample.p50), ...figuresOf(showings, p99, (sample) => sample.p99)];
}

function delayFigure(showings: Showing<Delays>[]): Figure {
  const ours = showings.find(({ id }) => id === 'ours')?.samples ?? [];
  return {
    name: `Enqueue to start at ${1_000 / EVERY_MS}/s, idle worker, p99`,
    value: medianOf(ours, 'p99'),
    unit: 'ms',
    details: ['medians of the rounds'],
    beside: showings.map(besideRow),
  };
}

/** What the delays of one round amount to. */
export function delaysOf(samples: number[]): Delays {
  return { p50: percentile(samples, 50), p99: percentile(samples, 99), jobs: samples.length };
}

/** An engine's row in the table beside the figure. */
export function besideRow({ title, samples, failure }: Showing<Delays>): Record<string, string | number> {
  return {
    engine: title,
    'p50 ms': medianOf(samples, 'p50'),
    'p99 ms': medianOf(samples, 'p99'),
    jobs: medianOf(samples, 'jobs'),
    note: failure ?? '',
  };
}
