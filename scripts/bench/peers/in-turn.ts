import { Refusal } from '@job-manager/server/cli/refusal';
import type { EngineBench } from '../engine-bench.js';
import type { Showing } from './comparison.js';
import { type Contender, type ContenderId, contenders } from './engines.js';

/**
 * Measures the engines in turn, round after round, so that a busy moment of the machine meets all of them. A peer that
 * fails is left out from then on, with its reason; ours may not fail.
 */
export async function measureInTurn<Sample>(
  bench: EngineBench,
  ids: readonly ContenderId[],
  measure: (bench: EngineBench, contender: Contender) => Promise<Sample>,
): Promise<Showing<Sample>[]> {
  const chosen = chooseContenders(bench, ids);
  const showings = chosen.map(
    ({ id, title, counts }): Showing<Sample> => ({
      id,
      title,
      samples: [],
      failure: counts === null && bench.redisUrl === null ? 'not measured: no redis-server on this machine' : null,
    }),
  );
  for (let round = 1; round <= bench.rounds; round += 1) {
    for (const [index, contender] of chosen.entries()) {
      const showing = showings[index];
      if (!showing || showing.failure !== null) continue;
      bench.showDetail(`  round ${round} of ${bench.rounds}, ${contender.title}`);
      await measure(bench, contender).then(
        (sample) => showing.samples.push(sample),
        (error: Error) => {
          if (contender.id === 'ours' || bench.signal.aborted) throw error;
          showing.failure = `failed: ${error.message}`;
        },
      );
    }
  }
  return showings;
}

/** Those of a part that were chosen on the command line. Throws Refusal for one that doesn't exist. */
function chooseContenders({ engines }: EngineBench, ids: readonly ContenderId[]) {
  const known: readonly Contender[] = contenders;
  const unknown = engines?.find((id) => !known.some((contender) => contender.id === id));
  if (unknown !== undefined) {
    throw new Refusal(`There is no engine ${unknown}; there are ${known.map(({ id }) => id).join(', ')}.`);
  }
  return contenders.filter(({ id }) => ids.includes(id) && (engines?.includes(id) ?? true));
}
