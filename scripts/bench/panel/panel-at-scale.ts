import type { Bench } from '../bench.js';
import { eventToPixel } from '../event-to-pixel.js';
import type { Figure, Part } from '../figure.js';
import { firstLoad } from '../first-load.js';
import { FINISHED_RUNS } from '../product.js';
import { addPastRuns } from '../scale/past-runs.js';

/** Ten million for a drain of 20,000. */
const TIMES_A_DRAIN = 500;

/** What the panel makes of a long history: the same figures over the usual one and over ten million runs, in turn. */
export const panelAtScale: Part = {
  id: 'panel-at-scale',
  measure: async (bench) => {
    const runs = TIMES_A_DRAIN * bench.runs;
    const large = await bench.startAnother((database) => addPastRuns(database, runs, bench.signal));
    const figures: Figure[] = [];
    for (const part of [firstLoad, eventToPixel]) {
      figures.push(...(await over(FINISHED_RUNS, part, bench)), ...(await over(runs, part, large)));
    }
    return figures;
  },
};

async function over(runs: number, part: Part, bench: Bench): Promise<Figure[]> {
  const figures = await part.measure(bench);
  return figures.map((figure) => ({ ...figure, name: `${figure.name}, over ${runs.toLocaleString('en')} runs` }));
}
