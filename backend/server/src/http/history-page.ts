import type { Redaction } from '@job-manager/engine/queue/redaction';
import { readHistory, readPage } from '@job-manager/engine/store/history';
import type { WalkedFilter } from '@job-manager/engine/store/history-conditions';
import { type HistoryPlace, walkHistory } from '@job-manager/engine/store/history-walk';
import type { RunSummaryRow } from '@job-manager/engine/store/run-row';
import type { Sql } from '@job-manager/engine/store/sql';
import { type HistoryFilterInput, isWalked } from '@job-manager/shared/contract/history';
import * as z from 'zod';
import { HttpProblem } from './problem.js';

interface HistoryPageRequest extends HistoryFilterInput {
  cursor?: string;
  page: number;
  pageSize: number;
}

interface HistoryPageAnswer {
  runs: RunSummaryRow[];
  total: number;
  totalIsExact: boolean;
  searchedBackTo: string | null;
  cursor: string | null;
}

/** A page of the history: counted where counters know the filter, else walked to. Throws 400 problems. */
export async function readHistoryPage(sql: Sql, request: HistoryPageRequest): Promise<HistoryPageAnswer> {
  const { cursor, page, pageSize, ...given } = request;
  const filter = walkedFilterOf(given);
  if (!isWalked(given) && cursor === undefined) {
    const { cause, jobName, status, from, to } = filter;
    const counted = await readHistory(sql, { cause, jobName, status, from, to, page, pageSize });
    return { ...counted, totalIsExact: true, searchedBackTo: null, cursor: null };
  }
  if (page > 1)
    throw new HttpProblem('INVALID_INPUT', 'page: these conditions have a `cursor` instead', { field: 'page' });
  const after = cursor === undefined ? null : placeOf(cursor);
  const { next, ...ended } = await walkHistory(sql, { filter, after, limit: pageSize });
  return {
    runs: await readPage(sql, ended),
    total: ended.ids.length,
    totalIsExact: after === null && next === null,
    searchedBackTo: next?.finishedAt.toISOString() ?? null,
    cursor: next && cursorOf(next),
  };
}

/** The filter with times of the database's precision; refused where the range ends before it begins. */
export function walkedFilterOf({ from, to, ...filter }: HistoryFilterInput): WalkedFilter {
  if (from !== undefined && to !== undefined && Date.parse(from) >= Date.parse(to))
    throw new HttpProblem('INVALID_INPUT', 'from: must be before `to`', { field: 'from' });
  return { ...filter, from: knownTime(from), to: knownTime(to) };
}

/** Comparisons with secrets would reveal them, one guess at a time. */
export function refuseSecretParameter(
  { param }: Pick<HistoryFilterInput, 'param'>,
  redaction: Redaction,
  field = 'param',
): void {
  const path = param?.slice(0, param.indexOf('=')).split('.') ?? [];
  if (path.some((name) => redaction.isSecret(name)))
    throw new HttpProblem('INVALID_INPUT', `${field}: is a secret, and not compared`, { field });
}

/** PostgreSQL has no year 0 and refuses years of five digits; nothing has ended before 1970. */
const LAST_TIME = Date.UTC(9000, 0, 1);
const knownTime = (iso: string | undefined): Date | undefined =>
  iso === undefined ? undefined : new Date(Math.min(Math.max(Date.parse(iso), 0), LAST_TIME));

const cursorText = z.tuple([z.iso.datetime(), z.string().regex(/^\d{1,18}$/)]);

const cursorOf = ({ finishedAt, id }: HistoryPlace): string =>
  Buffer.from(JSON.stringify([finishedAt.toISOString(), id])).toString('base64url');

function placeOf(cursor: string): HistoryPlace {
  try {
    const [at, id] = cursorText.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    return { finishedAt: new Date(at), id };
  } catch {
    throw new HttpProblem('INVALID_INPUT', 'cursor is not one that this call has answered.', { field: 'cursor' });
  }
}
