import type { JobRunSummary } from '@job-manager/shared/contract/run';

/** A run that ended stays for a second and fades for half of one; the stylesheet has the same numbers. */
const KEPT_MS = 1_500;
/** Of a flood the first are enough: a list shows a few hundred rows at most. */
const MAX_KEPT = 500;

/** Keeps the runs that ended a moment ago, so that lists can show how. */
export function createRecentEnds(publish: (runs: JobRunSummary[]) => void) {
  let kept: JobRunSummary[] = [];
  const timers = new Set<ReturnType<typeof setTimeout>>();

  const keep = (runs: JobRunSummary[]) => {
    kept = runs;
    publish(kept);
  };

  return {
    add(completed: JobRunSummary[]) {
      const fresh = completed.slice(0, MAX_KEPT - kept.length);
      if (fresh.length === 0) return;
      keep([...kept, ...fresh]);
      const timer = setTimeout(() => {
        timers.delete(timer);
        // The oldest stand first, and all of one batch go together.
        keep(kept.slice(fresh.length));
      }, KEPT_MS);
      timers.add(timer);
    },
    clear() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
      kept = [];
    },
  };
}
