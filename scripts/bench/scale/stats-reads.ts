import { readStats } from '@job-manager/engine/store/stats';
import type { BenchDatabase, EngineBench } from '../engine-bench.js';
import type { Figure } from '../figure.js';
import { describeSpread, percentile, spreadOf } from '../percentile.js';
import { UNCOUNTED } from '../processes/uncounted.js';
import { startBenchWorker, withWorkers } from '../processes/worker.js';
import type { History } from './past-runs.js';
import { drainQueued } from './queued-drain.js';
import { describeRates } from './ratio.js';

const READS = 200;
const WARM_UP = 10;
const STALLED_AFTER_MS = 300_000;

/** How long the counts of this moment and of the last 24 hours take, exact to the millisecond. */
export async function statsReads({ database, runs }: History): Promise<Figure[]> {
  const samples: number[] = [];
  for (let read = -WARM_UP; read < READS; read += 1) {
    const from = performance.now();
    await readStats(database.pool, STALLED_AFTER_MS);
    if (read >= 0) samples.push(performance.now() - from);
  }
  const spread = spreadOf(samples);
  const name = `Exact stats over ${runs.toLocaleString('en')} finished runs, p95`;
  return [{ name, value: spread.p95, unit: 'ms', most: 2, aim: 0.5, details: [describeSpread(spread)] }];
}

/** What the counters cost the drain: one worker as shipped, and one whose runs end uncounted, in turn. */
export async function statsPrice(bench: EngineBench): Promise<Figure[]> {
  const [counted, uncounted] = [await bench.newDatabase(), await bench.newDatabase()];
  try {
    const rates = await drainBoth(bench, counted, uncounted);
    if ((await countersOf(uncounted)) > 0) throw new Error('Runs were counted by a worker that was to leave it out');
    const prices = rates.counted.map((rate, round) => 100 * (1 - rate / (rates.uncounted[round] ?? Number.NaN)));
    return [
      {
        name: 'Price of exact counters in the drain',
        value: Math.max(0, percentile(prices, 50)),
        unit: '%',
        most: 5,
        aim: 2,
        details: [
          `median of ${prices.length} rounds in turn: ${Math.min(...prices).toFixed(1)} to ${Math.max(...prices).toFixed(1)} %; below none is noise`,
          `with ${describeRates(rates.counted)}, without ${describeRates(rates.uncounted)}`,
        ],
      },
    ];
  } finally {
    await counted.drop();
    await uncounted.drop();
  }
}

interface BothRates {
  counted: number[];
  uncounted: number[];
}

async function drainBoth(bench: EngineBench, counted: BenchDatabase, uncounted: BenchDatabase): Promise<BothRates> {
  const rates: BothRates = { counted: [], uncounted: [] };
  const starting = [startBenchWorker(counted.url), startBenchWorker(uncounted.url, { [UNCOUNTED]: 'yes' })];
  await withWorkers(starting, async () => {
    for (let round = 0; round <= bench.rounds; round += 1) {
      const order = { runs: bench.runs, signal: bench.signal };
      const rate = { counted: await drainQueued(counted, order), uncounted: await drainQueued(uncounted, order) };
      // The first compiles and opens what the others find; it doesn't count.
      if (round === 0) continue;
      rates.counted.push(rate.counted);
      rates.uncounted.push(rate.uncounted);
    }
  });
  return rates;
}

async function countersOf({ pool }: BenchDatabase): Promise<number> {
  const { rows } = await pool.query<{ runs: number }>('SELECT coalesce(sum(runs), 0)::int AS runs FROM "JobRunCount"');
  return rows[0]?.runs ?? 0;
}
