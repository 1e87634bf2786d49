import type { EngineBench } from '../engine-bench.js';
import type { EnginePart, Figure } from '../figure.js';
import { figuresOf, type Goal, medianOf, type Showing } from './comparison.js';
import type { Contender, ContenderId } from './engines.js';
import { measureInTurn } from './in-turn.js';
import { onStage } from './stage.js';

/** Opens the connection and compiles the code. */
const WARM_UP = 1_000;

/** One of each: for an enqueue the other settings make no difference. */
const CONTENDERS: ContenderId[] = [
  'ours',
  'graphile-batched',
  'pg-boss-batched',
  'bullmq-postgres-tuned',
  'bullmq-redis-tuned',
];
const GOALS: Goal[] = [
  { peers: ['graphile-batched'], name: 'Bulk enqueue, times graphile-worker’s addJobs', least: 1.5, aim: 2 },
];

interface Enqueued {
  /** Per second. */
  rate: number;
  producerUs: number;
  serverUs: number;
}

/** How fast one process gets many runs stored that it has at once. */
export const enqueueBulk: EnginePart = {
  id: 'enqueue-bulk',
  measure: async (bench) => {
    const showings = await measureInTurn(bench, CONTENDERS, enqueueOnce);
    return [rateFigure(bench, showings), ...figuresOf(showings, GOALS, ({ rate }) => rate)];
  },
};

function enqueueOnce(bench: EngineBench, contender: Contender): Promise<Enqueued> {
  const { bulk: atOnce } = contender;
  return onStage(bench, contender, async ({ producer, counts, database, serverCpuMs }) => {
    await producer.call('enqueueMany', { count: WARM_UP, atOnce, rank: 'usual' });
    await database?.pool.query('CHECKPOINT');
    const cpuBefore = await serverCpuMs();
    const { enqueued, ms, cpuMs } = await producer.call('enqueueMany', { count: bench.runs, atOnce, rank: 'usual' });
    const serverMs = (await serverCpuMs()) - cpuBefore;
    const stored = (await counts.left()) - WARM_UP;
    if (stored !== enqueued) throw new Error(`${contender.title} stored ${stored} jobs of ${enqueued}`);
    const each = (ms: number) => (ms * 1_000) / enqueued;
    return { rate: (enqueued * 1_000) / ms, producerUs: each(cpuMs), serverUs: each(serverMs) };
  });
}

function rateFigure({ runs }: EngineBench, showings: Showing<Enqueued>[]): Figure {
  const ours = showings.find(({ id }) => id === 'ours')?.samples ?? [];
  return {
    name: `Bulk enqueue of ${runs.toLocaleString('en')} runs`,
    value: Math.round(medianOf(ours, 'rate')),
    unit: 'runs/s',
    details: ['in as few calls as do best, one after the other, without a worker'],
    beside: showings.map(({ title, samples, failure }) => ({
      engine: title,
      'runs/s': Math.round(medianOf(samples, 'rate')),
      'producer µs/run': medianOf(samples, 'producerUs'),
      'server µs/run': medianOf(samples, 'serverUs'),
      note: failure ?? '',
    })),
  };
}
