import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { isTerminal } from '@job-manager/shared/run';
import { compareForDisplay } from '../../api/live/active-runs';

/** One place of the active list. */
export interface ListRow {
  run: JobRunSummary;
  /** `ended`: shown, but nothing can be done with it any more; `empty`: keeps its place and shows nothing. */
  state: 'active' | 'ended' | 'empty';
}

interface Arrangement {
  /** The rows as they are on screen. */
  shown: readonly ListRow[];
  /** The active runs in display order. */
  active: readonly JobRunSummary[];
  /** Runs that ended a moment ago. */
  ended: readonly JobRunSummary[];
  /** The pointer or the focus is in the list: no row may move. */
  isHeld: boolean;
  /** Whether the reader requested this run to stop, and so expects it to go. */
  isCancelRequested: (jobRunId: string) => boolean;
}

/** When hundreds end at once, a few are enough to show it; more would leave no room for running ones. */
const MAX_FADING = 5;

/**
 * The rows to show next. Without a reader's pointer in the list: the active runs in order, and among them, where they
 * stood, a few that ended a moment ago. With it every shown row keeps its place, and what came in waits. Pure.
 */
export function arrangeRows(arrangement: Arrangement): ListRow[] {
  const held = arrangement.isHeld ? inTheirPlaces(arrangement) : [];
  return held.length > 0 ? held : inOrder(arrangement);
}

/** Runs that are to be added or removed once the list may move again. */
export function countWaiting(rows: readonly ListRow[], active: readonly JobRunSummary[]): number {
  const shown = new Set(rows.map(({ run }) => run.id));
  const additions = active.filter(({ id }) => !shown.has(id)).length;
  return additions + rows.filter(({ state }) => state !== 'active').length;
}

function inTheirPlaces({ shown, active, ended, isCancelRequested }: Arrangement): ListRow[] {
  const activeById = byId(active);
  const endedById = byId(ended);
  const rows = shown.map((row): ListRow => {
    const current = activeById.get(row.run.id);
    if (current) return isSameRow(row, current) ? row : { run: current, state: 'active' };
    const end = endedById.get(row.run.id);
    const hasFaded =
      row.state === 'empty' || (isCancelRequested(row.run.id) && (end === undefined || end.startedAt === null));
    if (hasFaded) return { run: row.run, state: 'empty' };
    return { run: end ?? row.run, state: 'ended' };
  });
  // Nothing stands below the last one, so no row moves when it goes.
  return rows.slice(0, rows.findLastIndex(({ state }) => state !== 'empty') + 1);
}

const isSameRow = ({ run, state }: ListRow, current: JobRunSummary): boolean => run === current && state === 'active';

function inOrder({ shown, active, ended }: Arrangement): ListRow[] {
  const rows = active.map((run): ListRow => ({ run, state: 'active' }));
  const fading = fadingRuns(shown, active, ended);
  if (fading.length === 0) return rows;
  const all = [...rows, ...fading.map((run): ListRow => ({ run, state: 'ended' }))];
  return all.sort((a, b) => compareForDisplay(a.run, b.run));
}

/** Of the runs that ended those that were on screen before those that came and went; none that never started. */
function fadingRuns(shown: readonly ListRow[], active: readonly JobRunSummary[], ended: readonly JobRunSummary[]) {
  if (ended.length === 0) return [];
  const shownIds = new Set(shown.map(({ run }) => run.id));
  const activeIds = byId(active);
  const wasShown = (run: JobRunSummary) => Number(shownIds.has(run.id));
  return ended
    .filter((run) => isTerminal(run.status) && run.startedAt !== null && !activeIds.has(run.id))
    .sort((a, b) => wasShown(b) - wasShown(a))
    .slice(0, MAX_FADING);
}

const byId = (runs: readonly JobRunSummary[]): Map<string, JobRunSummary> => new Map(runs.map((run) => [run.id, run]));
