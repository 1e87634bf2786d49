import { setTimeout as delay } from 'node:timers/promises';
import type { EngineBench } from '../engine-bench.js';
import type { EnginePart } from '../figure.js';
import { medianOf } from './comparison.js';
import type { EngineChild } from './engine-child.js';
import type { Contender, ContenderId } from './engines.js';
import { measureInTurn } from './in-turn.js';
import { besideRow, type Delays, delaysOf } from './pickup.js';
import { onStage } from './stage.js';

const EVERY_MS = 5;
/** A drain that takes longer is not watched to its end. */
const MAX_MS = 5_000;
/** So long the last of the urgent ones may take to begin; later is reported as that much. */
const LATE_MS = 10_000;
const LOOK_MS = 50;

/** As they do best in the drain, which is what stands in the way here, and graphile-worker one by one as well. */
const CONTENDERS: ContenderId[] = [
  'ours',
  'graphile',
  'graphile-batched',
  'pg-boss-batched',
  'bullmq-postgres-tuned',
  'bullmq-redis-tuned',
];

/** How long a run of the first rank waits while others, which came before it, are worked off at full speed. */
export const pickupUnderLoad: EnginePart = {
  id: 'pickup-under-load',
  measure: async (bench) => {
    const showings = await measureInTurn(bench, CONTENDERS, pickUpOnce);
    const ours = showings.find(({ id }) => id === 'ours')?.samples ?? [];
    return [
      {
        name: `Enqueue to start of an urgent run while ${bench.runs.toLocaleString('en')} others drain, p99`,
        value: medianOf(ours, 'p99'),
        unit: 'ms',
        ...(ours.length > 0 && { most: 50, aim: 30 }),
        details: [`one every ${EVERY_MS} ms, for as long as others are left; medians of rounds`],
        beside: showings.map(besideRow),
      },
    ];
  },
};

function pickUpOnce(bench: EngineBench, contender: Contender): Promise<Delays> {
  return onStage(bench, contender, async ({ producer, worker, database }) => {
    await producer.call('enqueueMany', { count: bench.runs, atOnce: contender.bulk, rank: 'patient' });
    await database?.pool.query('ANALYZE');
    await worker.call('startWorker');
    await worker.call('untilBegun', 1);
    const sending = producer.call('enqueueSteadily', { everyMs: EVERY_MS, most: MAX_MS / EVERY_MS, rank: 'urgent' });
    // The urgent ones count too: when so many have begun, about as many as those are left of the others.
    await Promise.race([worker.call('untilBegun', bench.runs), sending]);
    await producer.call('stopEnqueuing');
    const { enqueued: urgent } = await sending;
    return delaysOf(await readDelays(worker, urgent));
  });
}

/** How long each of the urgent ones waited; those that still wait at the end have waited until then. */
async function readDelays(worker: EngineChild, urgent: number): Promise<number[]> {
  const until = performance.now() + LATE_MS;
  for (;;) {
    const { delaysMs } = await worker.call('report');
    if (delaysMs.length >= urgent) return delaysMs;
    if (performance.now() > until) {
      return [...delaysMs, ...Array.from({ length: urgent - delaysMs.length }, () => LATE_MS)];
    }
    await delay(LOOK_MS);
  }
}
