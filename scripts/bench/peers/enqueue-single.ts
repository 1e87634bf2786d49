import type { EngineBench } from '../engine-bench.js';
import type { EnginePart, Figure } from '../figure.js';
import { figuresOf, type Goal, medianOf, type Showing } from './comparison.js';
import type { Contender, ContenderId } from './engines.js';
import { measureInTurn } from './in-turn.js';
import { onStage, type Stage } from './stage.js';

const CALLERS = 16;
/** Until connections are open and code is compiled. */
const WARM_UP_MS = 500;
const MEASURED_MS = 2_000;

/** Those whose workers are woken; for an enqueue the other settings make no difference. */
const CONTENDERS: ContenderId[] = [
  'ours',
  'graphile-batched',
  'pg-boss-batched',
  'bullmq-postgres-tuned',
  'bullmq-redis-tuned',
];
const GOALS: Goal[] = [
  {
    peers: ['graphile-batched', 'pg-boss-batched', 'bullmq-postgres-tuned'],
    name: 'Single enqueue, times the best peer on PostgreSQL',
    least: 10,
    aim: 15,
  },
  { peers: ['bullmq-redis-tuned'], name: 'Single enqueue, times BullMQ on Redis in memory', least: 1, aim: 1.3 },
];

interface Enqueued {
  /** Per second. */
  rate: number;
  /** Processor time of the callers' process per enqueue. */
  producerUs: number;
}

/** How many single enqueues a second one process gets stored, one after the other for each of its callers. */
export const enqueueSingle: EnginePart = {
  id: 'enqueue-single',
  measure: async (bench) => {
    const showings = await measureInTurn(bench, CONTENDERS, enqueueOnce);
    return [rateFigure(showings), ...figuresOf(showings, GOALS, ({ rate }) => rate)];
  },
};

/** The enqueues of one engine, on a stage of its own. */
export function enqueueOnce(bench: EngineBench, contender: Contender): Promise<Enqueued> {
  return onStage(bench, contender, async (stage) => {
    await stage.worker.call('startWorker');
    const warmUp = await stage.producer.call('enqueueByCallers', { callers: CALLERS, forMs: WARM_UP_MS });
    const measured = await stage.producer.call('enqueueByCallers', { callers: CALLERS, forMs: MEASURED_MS });
    await checkStored(stage, contender, warmUp.enqueued + measured.enqueued);
    const { enqueued, ms, cpuMs } = measured;
    return { rate: (enqueued * 1_000) / ms, producerUs: (cpuMs * 1_000) / enqueued };
  });
}

/** Each run that was answered has to be there, done or not. */
async function checkStored({ counts }: Stage, { title }: Contender, enqueued: number): Promise<void> {
  const left = await counts.left();
  const done = await counts.done();
  if (done !== null && left + done < enqueued) throw new Error(`${title} stored ${left + done} jobs of ${enqueued}`);
}

function rateFigure(showings: Showing<Enqueued>[]): Figure {
  const ours = showings.find(({ id }) => id === 'ours')?.samples ?? [];
  return {
    name: `Single enqueues, ${CALLERS} callers, a worker awake`,
    value: Math.round(medianOf(ours, 'rate')),
    unit: 'runs/s',
    details: ['each caller waits until its run is stored; Redis stores it in memory alone'],
    beside: showings.map(({ title, samples, failure }) => ({
      engine: title,
      'enqueues/s': Math.round(medianOf(samples, 'rate')),
      'producer µs/enqueue': medianOf(samples, 'producerUs'),
      note: failure ?? '',
    })),
  };
}
