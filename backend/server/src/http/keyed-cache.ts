import { perJobScope } from '@job-manager/engine/database/job-scope';

/** Answers kept at once; the oldest makes room. */
const MAX_KEPT = 200;

type KeyedCache = <T>(key: string, ms: number, read: () => Promise<T>) => Promise<T>;

/** Reads what a key stands for at most once per its time and set of jobs that callers are limited to; a failure is not kept. */
export function createKeyedCache(): KeyedCache {
  const ofScope = perJobScope(createCache);
  return (key, ms, read) => ofScope()(key, ms, read);
}

function createCache(): KeyedCache {
  const kept = new Map<string, { answer: Promise<unknown>; until: number }>();
  return <T>(key: string, ms: number, read: () => Promise<T>): Promise<T> => {
    const known = kept.get(key);
    // A key is always that of one kind of answer.
    if (known && performance.now() < known.until) return known.answer as Promise<T>;
    const answer = read();
    kept.delete(key);
    kept.set(key, { answer, until: performance.now() + ms });
    const [oldest] = kept.keys();
    if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest);
    answer.catch(() => {
      if (kept.get(key)?.answer === answer) kept.delete(key);
    });
    return answer;
  };
}
