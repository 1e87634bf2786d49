import type { EngineBench } from '../engine-bench.js';
import type { EnginePart, Figure } from '../figure.js';
import { percentile } from '../percentile.js';
import { noOp, WAIT_MS, waiter } from '../processes/bench-jobs.js';
import { type BenchWorker, startBenchWorker, withWorkers } from '../processes/worker.js';
import { type DrainOrder, drainQueued } from './queued-drain.js';
import { describeRates } from './ratio.js';

/** A kind of drain that the comparison with the peers doesn't have. */
interface Kind {
  name: string;
  order: Omit<DrainOrder, 'signal'>;
  concurrency: number;
  /** Floor of the rate, in runs per second. */
  least?: number;
  /** What the rate is to be read beside. */
  note: string;
}

const SLOTS = 50;

const kindsOf = (runs: number): Kind[] => [
  {
    name: 'Ten times as many runs that do nothing',
    order: { runs: runs * 10, jobName: noOp.name },
    concurrency: 10,
    note: 'by a worker that has drained its queue once before',
  },
  {
    name: `Runs that wait ${WAIT_MS} ms, ${SLOTS} at once`,
    order: { runs: runs / 2, jobName: waiter.name },
    concurrency: SLOTS,
    least: (SLOTS * 1_000) / WAIT_MS / 2,
    note: `${SLOTS} slots make ${((SLOTS * 1_000) / WAIT_MS).toLocaleString('en')} runs/s at most`,
  },
  {
    name: 'Runs that do nothing, in 1,000 channels',
    order: { runs, jobName: noOp.name, channels: 1_000 },
    concurrency: 10,
    note: `${runs / 1_000} runs in each channel`,
  },
];

/** Drains of other sizes and kinds than that beside the peers, by a worker that is awake: rate and processor time. */
export const drainKinds: EnginePart = {
  id: 'drain-kinds',
  measure: async (bench) => {
    const figures: Figure[] = [];
    for (const kind of kindsOf(bench.runs)) {
      bench.showDetail(`  ${kind.name}`);
      figures.push(figureOf(kind, await measureKind(bench, kind)));
    }
    return figures;
  },
};

interface Sample {
  rate: number;
  workerUs: number;
  serverUs: number;
}

async function measureKind(bench: EngineBench, { order, concurrency }: Kind): Promise<Sample[]> {
  const database = await bench.newDatabase();
  const drain = (more: Partial<DrainOrder> = {}) => drainQueued(database, { ...order, signal: bench.signal, ...more });
  try {
    const starting = startBenchWorker(database.url, { JOBS_CONCURRENCY: String(concurrency) });
    return await withWorkers([starting], async (workers) => {
      // The first compiles and opens what the others find; it doesn't count.
      await drain({ runs: Math.min(order.runs, bench.runs) });
      const samples: Sample[] = [];
      for (let round = 1; round <= bench.rounds; round += 1) {
        let before = { worker: 0, server: 0 };
        const onQueued = async () => {
          before = await readCpu(bench, workers);
        };
        const rate = await drain({ onQueued });
        const after = await readCpu(bench, workers);
        const perRun = (ms: number) => (ms * 1_000) / order.runs;
        const workerUs = perRun(after.worker - before.worker);
        samples.push({ rate, workerUs, serverUs: perRun(after.server - before.server) });
      }
      return samples;
    });
  } finally {
    await database.drop();
  }
}

async function readCpu(bench: EngineBench, workers: BenchWorker[]): Promise<{ worker: number; server: number }> {
  const times = await Promise.all(workers.map((worker) => worker.cpuMs()));
  return { worker: times.reduce((sum, ms) => sum + ms, 0), server: await bench.postgresCpuMs() };
}

function figureOf({ name, order, note, least }: Kind, samples: Sample[]): Figure {
  const median = (key: keyof Sample) =>
    percentile(
      samples.map((sample) => sample[key]),
      50,
    );
  return {
    name: `${name}: drain of ${order.runs.toLocaleString('en')}`,
    value: Math.round(median('rate')),
    unit: 'runs/s',
    least,
    details: [
      `${describeRates(samples.map(({ rate }) => rate))}; ${note}`,
      `processor time per run: ${median('workerUs').toFixed(1)} µs Node, ${median('serverUs').toFixed(1)} µs PostgreSQL`,
    ],
  };
}
