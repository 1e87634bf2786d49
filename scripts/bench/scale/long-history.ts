import type { EngineBench } from '../engine-bench.js';
import type { EnginePart } from '../figure.js';
import { drainOverHistory } from './drain-over-history.js';
import { historyPages } from './history-pages.js';
import { addPastRuns, type History } from './past-runs.js';
import { statsPrice, statsReads } from './stats-reads.js';

/** Finished runs of the longest history, for every run of a drain: ten million of 20,000. */
export const LONGEST = 500;
/** Those there are before the first drain: none, a million and ten million. */
const TIMES_A_DRAIN = [0, 50, LONGEST];

/** What a long history costs: the drain, the pages of the history, the stats. One history serves all of them. */
export const longHistory: EnginePart = {
  id: 'long-history',
  measure: async (bench) => {
    const histories: History[] = [];
    try {
      for (const times of TIMES_A_DRAIN) histories.push(await makeHistory(bench, times * bench.runs));
      const longest = histories.at(-1) as History;
      return [
        ...(await historyPages(bench, longest)),
        ...(await statsReads(longest)),
        ...(await drainOverHistory(bench, histories)),
        ...(await statsPrice(bench)),
      ];
    } finally {
      for (const { database } of histories) await database.drop();
    }
  },
};

/** A database with so many finished runs; it goes when they can't be written. */
export async function makeHistory(bench: EngineBench, runs: number): Promise<History> {
  const database = await bench.newDatabase();
  if (runs > 0) {
    bench.showDetail(`  writing ${runs.toLocaleString('en')} finished runs`);
    await addPastRuns(database, runs, bench.signal).catch(async (error) => {
      await database.drop();
      throw error;
    });
  }
  return { database, runs };
}
