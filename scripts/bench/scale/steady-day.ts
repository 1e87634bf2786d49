import { pruningTasks, type RetentionPolicy } from '@job-manager/engine/queue/maintenance/pruner';
import type { BenchDatabase, EngineBench } from '../engine-bench.js';
import type { EnginePart, Figure } from '../figure.js';
import { percentile } from '../percentile.js';
import { startBenchWorker, withWorkers } from '../processes/worker.js';
import { drainQueued } from './queued-drain.js';
import { describeSize, readSizes, type TableSizes } from './table-sizes.js';

/** The day has so many slices of five minutes, the interval at which the product prunes. */
const SLICES = 288;
/** Runs of the day for every run of a drain: two million of 20,000. */
const TIMES_A_DRAIN = 100;
/** This part of the day's runs is kept. */
const KEPT = 0.1;
/** The first and the last of the day that are compared: as many at either end as are enough for a steady median. */
const COMPARED = 29;

/**
 * A day of steady work in fast forward: slice after slice of runs is worked off, and after each slice the rows beyond
 * the newest tenth of a day is removed, by the product's own tasks. Autovacuum comes once a second instead of once a
 * minute, and so still far less often than in a day.
 */
export const steadyDay: EnginePart = {
  id: 'steady-day',
  measure: async (bench) => {
    const database = await bench.newDatabase();
    try {
      await speedUpAutovacuum(database, true);
      return await simulateDay(bench, database);
    } finally {
      await speedUpAutovacuum(database, false);
      await database.drop();
    }
  },
};

interface Moment {
  sizes: TableSizes;
  finished: number;
}

async function simulateDay(bench: EngineBench, database: BenchDatabase): Promise<Figure[]> {
  const runs = Math.ceil((bench.runs * TIMES_A_DRAIN) / SLICES);
  const keep = { days: null, runs: Math.round(runs * SLICES * KEPT) };
  const policy: RetentionPolicy = { SUCCESS: keep, FAILED: keep, CANCELLED: keep };
  const rates: number[] = [];
  let morning: Moment | undefined;
  await withWorkers([startBenchWorker(database.url)], async () => {
    // The first compiles and opens what the others find; it doesn't count.
    await drainQueued(database, { runs, signal: bench.signal });
    for (let slice = 1; slice <= SLICES; slice += 1) {
      if (slice % 24 === 0) bench.showDetail(`  ${slice / 12} of 24 hours`);
      rates.push(await drainQueued(database, { runs, signal: bench.signal }));
      const removed = await prune(database, policy);
      // From here on as many go as come.
      if (removed > 0) morning ??= await readMoment(database);
    }
  });
  return figuresOf({ rates, total: runs * SLICES, kept: keep.runs, morning, evening: await readMoment(database) });
}

/**
 * Removes rows past their retention, as a maintenance pass does, but without its pauses. Returns how many runs went.
 */
async function prune({ pool }: BenchDatabase, policy: RetentionPolicy): Promise<number> {
  const before = await countFinished(pool);
  for (const task of pruningTasks(pool, policy)) await task.run(async () => true);
  return before - (await countFinished(pool));
}

async function readMoment({ pool }: BenchDatabase): Promise<Moment> {
  return { sizes: await readSizes(pool), finished: await countFinished(pool) };
}

async function countFinished(pool: BenchDatabase['pool']): Promise<number> {
  const { rows } = await pool.query<{ runs: number }>('SELECT coalesce(sum(runs), 0)::int AS runs FROM "JobRunCount"');
  return rows[0]?.runs ?? 0;
}

interface Day {
  rates: number[];
  total: number;
  kept: number;
  morning: Moment | undefined;
  evening: Moment;
}

function figuresOf({ rates, total, kept, morning, evening }: Day): Figure[] {
  const [first, last] = [rates.slice(0, COMPARED), rates.slice(-COMPARED)].map((some) => percentile(some, 50));
  if (first === undefined || last === undefined) throw new Error('A day has a beginning and an end');
  const perSecond = (rate: number) => `${Math.round(rate).toLocaleString('en')} runs/s`;
  const hours = Array.from({ length: 12 }, (_, part) => percentile(rates.slice(part * 24, part * 24 + 24), 50));
  const rate: Figure = {
    name: `Rate at the end of a steady day of ${total.toLocaleString('en')} runs, times the start`,
    value: last / first,
    unit: '×',
    least: 0.95,
    aim: 1,
    details: [
      `medians of the first and the last ${COMPARED} of ${SLICES} slices: ${perSecond(first)}, then ${perSecond(last)}`,
      `every two hours: ${hours.map((rate) => Math.round(rate).toLocaleString('en')).join(', ')} runs/s`,
      `the newest ${kept.toLocaleString('en')} are kept, all others were removed by the product’s own tasks`,
      ...(morning ? [`when the first were removed: ${describeMoment(morning)}`] : []),
      `at the end of the day: ${describeMoment(evening)}`,
    ],
  };
  return [rate, ...sizeFigures(morning, evening)];
}

/** What the tables of runs take at the end, times what they took when for each run that came one went. */
function sizeFigures(morning: Moment | undefined, evening: Moment): Figure[] {
  return (['table', 'indexes'] as const).map((part) => ({
    name: `Size of ${part === 'table' ? 'the tables of runs' : 'their indexes'} at the end of a steady day, times from when as many go as come`,
    value: (evening.sizes.JobRun?.[part] ?? Number.NaN) / (morning?.sizes.JobRun?.[part] ?? Number.NaN),
    unit: '×',
    details: [],
  }));
}

const describeMoment = ({ sizes, finished }: Moment): string =>
  `${finished.toLocaleString('en')} finished runs; ${Object.entries(sizes)
    .map(([table, size]) => `${table} ${describeSize(size)}`)
    .join('; ')}`;

/** A setting of the server, which is the benchmark's own. */
async function speedUpAutovacuum({ pool }: BenchDatabase, isHurried: boolean): Promise<void> {
  await pool.query(`ALTER SYSTEM ${isHurried ? 'SET autovacuum_naptime = 1' : 'RESET autovacuum_naptime'}`);
  await pool.query('SELECT pg_reload_conf()');
}
