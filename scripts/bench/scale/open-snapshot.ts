import type { BenchDatabase, EngineBench } from '../engine-bench.js';
import type { EnginePart, Figure } from '../figure.js';
import { percentile } from '../percentile.js';
import { startBenchWorker, withWorkers } from '../processes/worker.js';
import { drainQueued } from './queued-drain.js';
import { describeRates, ratioFigure } from './ratio.js';

/**
 * What a report, a backup or a forgotten session does to the drain: a transaction that keeps its snapshot open from
 * before the runs are queued until all have ended, so nothing that they leave behind may be tidied up meanwhile.
 */
export const openSnapshot: EnginePart = {
  id: 'open-snapshot',
  measure: async (bench) => {
    const database = await bench.newDatabase();
    try {
      const { held, free } = await measureInTurn(bench, database);
      const name = 'Drain while a snapshot is held open, times without';
      const figure = ratioFigure({ name, least: 0.85, aim: 0.95 }, held, free);
      return [
        { ...figure, details: [...figure.details, `${describeRates(held)}; without ${describeRates(free)}`] },
        await measureLongSnapshot(bench, database),
      ];
    } finally {
      await database.drop();
    }
  },
};

async function measureInTurn(bench: EngineBench, database: BenchDatabase) {
  const rates = { held: [] as number[], free: [] as number[] };
  await withWorkers([startBenchWorker(database.url)], async () => {
    const drain = () => drainQueued(database, { runs: bench.runs, signal: bench.signal });
    // The first compiles and opens what the others find; it doesn't count.
    await drain();
    for (let round = 1; round <= bench.rounds; round += 1) {
      bench.showDetail(`  round ${round} of ${bench.rounds}`);
      rates.held.push(await withSnapshot(database, drain));
      await vacuum(database);
      rates.free.push(await drain());
      await vacuum(database);
    }
  });
  return rates;
}

/** The first and the last drains under one long snapshot that are compared. */
const COMPARED = 3;

/** One snapshot that stays open for minutes, while runs are queued and worked off one drain after the other. */
async function measureLongSnapshot(bench: EngineBench, database: BenchDatabase): Promise<Figure> {
  const rates: number[] = [];
  bench.showDetail(`  a snapshot of ${bench.snapshotMinutes} min`);
  const drain = () => drainQueued(database, { runs: bench.runs, signal: bench.signal });
  await withWorkers([startBenchWorker(database.url)], async () => {
    // The first compiles and opens what the others find; it doesn't count.
    await drain();
    const until = performance.now() + bench.snapshotMinutes * 60_000;
    await withSnapshot(database, async () => {
      while (rates.length < 2 * COMPARED || performance.now() < until) rates.push(await drain());
    });
  });
  const [first, last] = [rates.slice(0, COMPARED), rates.slice(-COMPARED)].map((some) => percentile(some, 50));
  return {
    name: `Drain at the end of a snapshot of ${bench.snapshotMinutes} min with writes, times its start`,
    value: (last ?? Number.NaN) / (first ?? Number.NaN),
    unit: '×',
    details: [
      `medians of the first and the last ${COMPARED} of ${rates.length} drains of ${bench.runs.toLocaleString('en')}: ${describeRates(rates)}`,
      'ten minutes: pnpm bench --only open-snapshot --snapshot-minutes 10',
    ],
  };
}

/** So that the next one begins as this one did. */
const vacuum = ({ pool }: BenchDatabase) => pool.query('VACUUM "JobRun"');

async function withSnapshot<T>({ pool }: BenchDatabase, work: () => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    // The first query takes the snapshot.
    await client.query('SELECT count(*) FROM "Runner"');
    return await work();
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}
