import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EngineBench } from '../engine-bench.js';
import type { EnginePart } from '../figure.js';
import { drainQueued } from '../scale/queued-drain.js';
import { describeRates, ratioFigure } from '../scale/ratio.js';
import { STARTS_FILE, starter } from './bench-jobs.js';
import { countDoubles } from './doubles.js';
import { startBenchWorker, withWorkers } from './worker.js';

const RUNNERS = 4;

/**
 * Four worker processes on one queue against one of them: they share the same processors, so the most that can be
 * required is that they don't hinder each other. Every run records its start by itself.
 */
export const fourRunners: EnginePart = {
  id: 'four-runners',
  measure: async (bench) => {
    const rates = { one: [] as number[], four: [] as number[] };
    const doubles: number[] = [];
    for (let round = 1; round <= bench.rounds; round += 1) {
      bench.showDetail(`  round ${round} of ${bench.rounds}`);
      const one = await drainWith(bench, 1);
      const four = await drainWith(bench, RUNNERS);
      rates.one.push(one.rate);
      rates.four.push(four.rate);
      doubles.push(one.doubles, four.doubles);
    }
    const name = 'Drain by four runners, times by one';
    const figure = ratioFigure({ name, least: 0.95, aim: 1 }, rates.four, rates.one);
    return [
      { ...figure, details: [...figure.details, `four ${describeRates(rates.four)}; one ${describeRates(rates.one)}`] },
      {
        name: 'Runs that were started twice',
        value: doubles.reduce((sum, count) => sum + count, 0),
        unit: '',
        most: 0,
        details: [`of ${(2 * bench.rounds * 2 * bench.runs).toLocaleString('en')} that each wrote its start to a file`],
      },
    ];
  },
};

interface Drained {
  rate: number;
  doubles: number;
}

async function drainWith(bench: EngineBench, runners: number): Promise<Drained> {
  const database = await bench.newDatabase();
  try {
    const files = Array.from({ length: runners }, () => join(bench.folder, `starts-${randomUUID()}`));
    for (const file of files) await writeFile(file, '');
    const starting = files.map((file) => startBenchWorker(database.url, { [STARTS_FILE]: file }));
    const order = { runs: bench.runs, jobName: starter.name, signal: bench.signal };
    const rate = await withWorkers(starting, async () => {
      // The first compiles and opens what the second finds; its rate doesn't count, its starts do.
      await drainQueued(database, order);
      return drainQueued(database, order);
    });
    const starts = (await Promise.all(files.map((file) => readFile(file, 'utf8')))).join('').trim().split('\n');
    if (starts.length < 2 * bench.runs)
      throw new Error(`Of ${2 * bench.runs} runs ${starts.length} recorded their start`);
    return { rate, doubles: countDoubles(starts) };
  } finally {
    await database.drop();
  }
}
