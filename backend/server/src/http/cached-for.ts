import { perJobScope } from '@job-manager/engine/database/job-scope';

/**
 * Reads at most once per `ms` and set of jobs that callers are limited to, however many callers there are; a failure is
 * not kept.
 */
export function cachedFor<T>(ms: number, read: () => Promise<T>): () => Promise<T> {
  const ofScope = perJobScope(() => keptInScope(ms, read));
  return () => ofScope()();
}

function keptInScope<T>(ms: number, read: () => Promise<T>): () => Promise<T> {
  let known: { answer: Promise<T>; until: number } | undefined;
  return () => {
    if (known && performance.now() < known.until) return known.answer;
    const answer = read();
    known = { answer, until: performance.now() + ms };
    answer.catch(() => {
      if (known?.answer === answer) known = undefined;
    });
    return answer;
  };
}
