import { setTimeout as delay } from 'node:timers/promises';
import type { EngineBench } from '../engine-bench.js';
import type { EnginePart, Figure } from '../figure.js';
import { type Bounds, ratioFigure } from '../scale/ratio.js';
import { type Drain, drainOnce } from './drain-once.js';
import { type Contender, contenders, unkept } from './engines.js';
import { enqueueOnce } from './enqueue-single.js';
import { pickUpOnce } from './pickup.js';
import type { Stage } from './stage.js';

/** A hundredth is less than what most rounds differ by. */
const TIMES_ROUNDS = 4;
/** What was collected is written within this time. */
const WRITTEN_WITHIN_MS = 15_000;

interface Sample extends Drain {
  enqueuesPerS: number;
  pickupMs: number;
}

const FIGURES: (Bounds & { read: (sample: Sample) => number })[] = [
  { name: 'Drain with what is kept for charts, times without', least: 0.99, read: ({ rate }) => rate },
  { name: 'Node per run of that drain, times without', read: ({ workerUs }) => workerUs },
  { name: 'Single enqueues with what is kept, times without', least: 0.99, read: ({ enqueuesPerS }) => enqueuesPerS },
  { name: 'Pickup p50 with what is kept, times without', most: 1.01, read: ({ pickupMs }) => pickupMs },
];

/** What is kept for charts costs enqueue, pickup and drain: ours as shipped and without it, in turn. */
export const keptPrice: EnginePart = {
  id: 'kept-price',
  measure: async (bench) => {
    const [kept, left]: [Sample[], Sample[]] = [[], []];
    const rounds = TIMES_ROUNDS * bench.rounds;
    for (let round = 1; round <= rounds; round += 1) {
      bench.showDetail(`  round ${round} of ${rounds}`);
      const both = [
        async () => kept.push(await measureOnce(bench, contenders[0])),
        async () => left.push(await measureOnce(bench, unkept)),
      ];
      // Whichever comes second finds a warmer machine.
      for (const measure of round % 2 === 0 ? both.reverse() : both) await measure();
    }
    return FIGURES.map(({ read, ...bounds }): Figure => ratioFigure(bounds, kept.map(read), left.map(read)));
  },
};

async function measureOnce(bench: EngineBench, contender: Contender): Promise<Sample> {
  const drain = await drainOnce(bench, contender);
  const { rate } = await enqueueOnce(bench, contender);
  const { p50 } = await pickUpOnce(bench, contender, (stage) => checkKept(stage, contender !== unkept));
  return { ...drain, enqueuesPerS: rate, pickupMs: p50 };
}

/** Ours must have kept something by now, and the other nothing. */
async function checkKept({ database }: Stage, isKept: boolean): Promise<void> {
  const until = performance.now() + WRITTEN_WITHIN_MS;
  for (;;) {
    const { rows } = (await database?.pool.query<{ kept: number }>(KEPT)) ?? { rows: [] };
    const kept = rows[0]?.kept ?? 0;
    if (!isKept && kept > 0) throw new Error('Something was kept by a worker that was to leave it out');
    if (kept > 0 || !isKept) return;
    if (performance.now() > until) throw new Error('A worker as shipped has kept nothing');
    await delay(200);
  }
}

const KEPT = `SELECT count(*)::int AS kept FROM "JobRunHistogram"`;
