import type { EngineBench } from '../engine-bench.js';
import type { Figure } from '../figure.js';
import { startBenchWorker, withWorkers } from '../processes/worker.js';
import type { History } from './past-runs.js';
import { drainQueued } from './queued-drain.js';
import { describeRates, ratioFigure } from './ratio.js';

/** How fast a worker drains its queue where the table of runs is empty, long and very long, in turn. */
export async function drainOverHistory(bench: EngineBench, histories: History[]): Promise<Figure[]> {
  const rates = await measureInTurn(bench, histories);
  const [none, ...others] = histories.map((history, index) => ({ ...history, rates: rates[index] ?? [] }));
  if (!none) throw new Error('There is no history to compare with');
  return others.map(({ runs, rates }) => {
    const name = `Drain over ${runs.toLocaleString('en')} finished runs, times over none`;
    const figure = ratioFigure({ name, least: 0.95, aim: 1 }, rates, none.rates);
    return {
      ...figure,
      details: [...figure.details, `${describeRates(rates)}; over none ${describeRates(none.rates)}`],
    };
  });
}

async function measureInTurn(bench: EngineBench, histories: History[]): Promise<number[][]> {
  const rates: number[][] = histories.map(() => []);
  const starting = histories.map(({ database }) => startBenchWorker(database.url));
  await withWorkers(starting, async () => {
    // The first of each compiles and opens what the others find; it doesn't count.
    for (let round = 0; round <= bench.rounds; round += 1) {
      for (const [index, { database, runs }] of histories.entries()) {
        bench.showDetail(`  drain ${round} of ${bench.rounds} over ${runs.toLocaleString('en')} finished runs`);
        const rate = await drainQueued(database, { runs: bench.runs, signal: bench.signal });
        if (round > 0) rates[index]?.push(rate);
      }
    }
  });
  return rates;
}
