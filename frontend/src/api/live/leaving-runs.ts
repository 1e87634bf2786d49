import type { JobRunSummary } from '@job-manager/shared/contract/run';

/** A run that ended stays for a second and fades for half of one; the stylesheet has the same numbers. */
const SHOWN_MS = 1_500;
/** When hundreds end at once, a few are enough to show it. */
const SHOWN_AT_ONCE = 20;

/** Keeps runs that ended on screen for a moment. Runs that never started simply go. */
export function createLeavingRuns(publish: (runs: JobRunSummary[]) => void) {
  let shown: JobRunSummary[] = [];
  const timers = new Set<ReturnType<typeof setTimeout>>();

  const show = (runs: JobRunSummary[]) => {
    shown = runs;
    publish(shown);
  };

  return {
    add(completed: JobRunSummary[]) {
      const fresh = completed.filter((run) => run.startedAt !== null).slice(0, SHOWN_AT_ONCE - shown.length);
      if (fresh.length === 0) return;
      show([...shown, ...fresh]);
      const timer = setTimeout(() => {
        timers.delete(timer);
        show(shown.filter((run) => !fresh.includes(run)));
      }, SHOWN_MS);
      timers.add(timer);
    },
    clear() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
      shown = [];
    },
  };
}
