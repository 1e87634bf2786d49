import type { EngineBench } from '../engine-bench.js';
import type { EnginePart, Figure } from '../figure.js';
import { figuresOf, type Goal, medianOf, type Showing } from './comparison.js';
import { type Drain, drainOnce } from './drain-once.js';
import { contenders } from './engines.js';
import { measureInTurn } from './in-turn.js';

/** Times a peer's rate. */
const GOALS: Goal[] = [
  { peers: ['graphile-batched'], name: 'Drain, times graphile-worker batched', least: 1.4, aim: 1.6 },
  { peers: ['graphile'], name: 'Drain, times graphile-worker’s default', least: 10, aim: 14 },
  { peers: ['pg-boss', 'pg-boss-batched'], name: 'Drain, times pg-boss', least: 1.5, aim: 1.8 },
  {
    peers: ['bullmq-redis', 'bullmq-redis-tuned'],
    name: 'Drain, times BullMQ on Redis in memory',
    least: 1.5,
    aim: 2,
  },
  {
    peers: ['bullmq-postgres', 'bullmq-postgres-tuned'],
    name: 'Drain, times BullMQ on PostgreSQL',
    least: 15,
    aim: 20,
  },
  { peers: ['plain-table'], name: 'Drain, share of a bare loop on a plain table', least: 0.75, aim: 0.85 },
];

/** How fast a worker process works off runs that do nothing, beside the peers, and what each run costs. */
export const drain: EnginePart = {
  id: 'drain',
  measure: async (bench) => {
    const ids = contenders.map(({ id }) => id);
    const showings = await measureInTurn(bench, ids, drainOnce);
    return [
      rateFigure(bench, showings),
      ...figuresOf(showings, GOALS, ({ rate }) => rate),
      ...costFigures(showings.find(({ id }) => id === 'ours')?.samples ?? []),
    ];
  },
};

function rateFigure({ runs }: EngineBench, showings: Showing<Drain>[]): Figure {
  const ours = showings.find(({ id }) => id === 'ours');
  return {
    name: `Drain of ${runs.toLocaleString('en')} runs that do nothing, one worker process`,
    value: Math.round(medianOf(ours?.samples ?? [], 'rate')),
    unit: 'runs/s',
    details: [
      'runs/s: from before the worker may claim, its start included, until the database shows that all are done',
      'worker and server: processor time, user and system; that of the worker since its first run',
    ],
    beside: showings.map(rowOf),
  };
}

function rowOf({ title, samples, failure }: Showing<Drain>): Record<string, string | number> {
  if (samples.length === 0) return { engine: title, note: failure ?? '' };
  const rounded = (key: keyof Drain, digits = 0) => Number(medianOf(samples, key).toFixed(digits));
  const rates = samples.map(({ rate }) => rate);
  return {
    engine: title,
    'runs/s': rounded('rate', medianOf(samples, 'rate') < 10 ? 1 : 0),
    'least to most': `${Math.round(Math.min(...rates))} to ${Math.round(Math.max(...rates))}`,
    'worker µs/run': rounded('workerUs', 1),
    'server µs/run': rounded('serverUs', 1),
    'transactions/run': rounded('transactions', 4),
    'WAL B/run': rounded('walBytes'),
    'first after ms': rounded('firstMs'),
    note: failure ?? '',
  };
}

/** What a run costs at full speed, ours alone. */
function costFigures(samples: Drain[]): Figure[] {
  if (samples.length === 0) return [];
  const of = (key: keyof Drain) => medianOf(samples, key);
  return [
    { name: 'Drain, transactions per run', value: of('transactions'), unit: '', most: 0.02, aim: 0.005, details: [] },
    { name: 'Drain, WAL per run', value: of('walBytes') / 1_000, unit: 'kB', most: 1.2, aim: 0.8, details: [] },
    {
      name: 'Drain, processor time of Node per run',
      value: of('workerUs'),
      unit: 'µs',
      most: 18,
      aim: 14,
      details: [],
    },
    {
      name: 'Drain, processor time of PostgreSQL per run',
      value: of('serverUs'),
      unit: 'µs',
      most: 24,
      aim: 20,
      details: [],
    },
  ];
}
