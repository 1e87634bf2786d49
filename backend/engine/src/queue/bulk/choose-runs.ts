import type { BulkFilter, BulkRequest } from '@job-manager/shared/contract/bulk';
import { isWalked } from '@job-manager/shared/contract/history';
import { limits } from '@job-manager/shared/limits';
import {
  activeSelection,
  type BulkPreviewRow,
  endedSelection,
  findEndOf,
  namedSelection,
  runningSelection,
  type Selection,
} from '../../store/bulk.js';
import { walkHistory } from '../../store/history-walk.js';
import type { Sql } from '../../store/sql.js';

/** The runs of a request, and what of those that match is not among them. */
export interface Choice extends Pick<BulkPreviewRow, 'isCut' | 'searchedBackTo' | 'rest'> {
  selection: Selection;
}

/** Which runs a request means, no more than `max`: what one operation takes. */
export async function chooseRuns(
  sql: Sql,
  { action, ids, filter = {} }: BulkRequest,
  max: number = limits.bulkRuns,
): Promise<Choice> {
  if (ids !== undefined) return whole(namedSelection(ids, { isPlain: action === 'forceFail' }));
  if (action === 'forceFail') return whole(runningSelection(filter));
  if (action === 'rerun') return chooseEnded(sql, { ...filter, from: timeOf(filter.from), to: timeOf(filter.to) }, max);
  return whole(activeSelection({ ...filter, queuedBefore: timeOf(filter.queuedBefore) }));
}

const whole = (selection: Selection): Choice => ({ selection, isCut: false, searchedBackTo: null, rest: null });

type EndedFilter = Omit<BulkFilter, 'from' | 'to'> & { from?: Date; to?: Date };

function chooseEnded(sql: Sql, filter: EndedFilter, max: number): Promise<Choice> {
  // The runs of a batch have an index of their own.
  const { batchId, from, to, ...others } = filter;
  return isWalked(others) ? chooseWalked(sql, filter, max) : chooseIndexed(sql, filter, max);
}

/**
 * Of more than one operation takes the oldest. They end between two moments, so those that ended at the same moment as the
 * first of the rest are left to the rest: taken up from there, none is done twice.
 */
async function chooseIndexed(sql: Sql, filter: EndedFilter, max: number): Promise<Choice> {
  const cut = await findEndOf(sql, filter, max);
  if (cut === null) return whole(endedSelection(filter));
  const first = await findEndOf(sql, filter, 0);
  // All of them ended at one moment: nothing lies between, and the preview takes as many as there is room for.
  if (first?.getTime() === cut.getTime()) return whole(endedSelection(filter));
  return { selection: endedSelection({ ...filter, to: cut }), isCut: true, searchedBackTo: null, rest: { from: cut } };
}

/**
 * The newest matching runs, as far back as one request reads; it includes all that ended at the last moment it reached.
 */
async function chooseWalked(sql: Sql, filter: EndedFilter, max: number): Promise<Choice> {
  const { ids, next } = await walkHistory(sql, { filter, after: null, limit: max });
  if (next === null) return whole(namedSelection(ids));
  const moment = { from: next.finishedAt, to: new Date(next.finishedAt.getTime() + 1) };
  const last = await walkHistory(sql, { filter: { ...filter, ...moment }, after: next, limit: max });
  return {
    selection: namedSelection([...ids, ...last.ids]),
    isCut: ids.length >= max,
    searchedBackTo: next.finishedAt,
    rest: { to: next.finishedAt },
  };
}

/** PostgreSQL has no year 0 and refuses years of five digits; nothing has ended before 1970. */
const timeOf = (iso: string | undefined): Date | undefined =>
  iso === undefined ? undefined : new Date(Math.min(Math.max(Date.parse(iso), 0), Date.UTC(9000, 0, 1)));
