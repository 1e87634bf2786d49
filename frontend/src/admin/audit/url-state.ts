import { auditActions, auditSubjects } from '@job-manager/shared/audit';
import { createParser, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { isDay } from '../../lib/read-time';
import type { AuditFilters } from './queries';

/** A day that exists: `2026-11-22`. */
const parseAsDay = createParser({
  parse: (text: string) => (isDay(text) ? text : null),
  serialize: (day: string) => day,
});

const parseAsNumberText = createParser({
  parse: (text: string) => (/^[1-9]\d{0,17}$/.test(text) ? text : null),
  serialize: (number: string) => number,
});

/** What the log is narrowed to: the acts on many runs and on what executes them, or on one kind of things. */
export const auditScopes = ['maintenance', ...auditSubjects] as const;

// `run` would open the details of a run, on any page.
const place = {
  actor: parseAsString,
  action: parseAsStringLiteral(auditActions),
  jobRunId: parseAsNumberText,
  about: parseAsStringLiteral(auditScopes),
  target: parseAsString,
  from: parseAsDay,
  to: parseAsDay,
  before: parseAsNumberText,
  /** They are half of the log, so they are hidden by default, except where a filter names a person or them. */
  signIns: parseAsStringLiteral(['shown', 'hidden'] as const),
};

/** Actions of which the entries would all be hidden. */
const signIns: readonly string[] = ['session.begin', 'session.end'];

export const ACTOR_CHARS = 254;
export const TARGET_CHARS = 200;

/** What of the log is shown: `?actor=ada&action=run.cancel&from=2026-11-01&before=4711`. */
export function useAuditUrlState() {
  const [{ before, signIns: shown, ...given }, set] = useQueryStates(place);
  const filters: AuditFilters = {
    actor: given.actor?.slice(0, ACTOR_CHARS),
    action: given.action ?? undefined,
    jobRunId: given.jobRunId ?? undefined,
    about: given.about ?? undefined,
    target: given.target?.slice(0, TARGET_CHARS) || undefined,
    from: given.from ?? undefined,
    to: given.to ?? undefined,
  };
  const isHidden = !filters.actor && !signIns.includes(filters.action ?? '');
  const isHiding = shown === null ? isHidden : shown === 'hidden';
  return {
    /** As they are set, but for the sign-ins. */
    filters,
    /** With these. */
    query: isHiding ? { ...filters, hide: 'sign-ins' as const } : filters,
    isHiding,
    setHiding: (isWanted: boolean) =>
      void set(
        { signIns: isWanted === isHidden ? null : isWanted ? 'hidden' : 'shown', before: null },
        { history: 'push' },
      ),
    before: before ?? undefined,
    isFiltered: Object.values(filters).some((value) => value !== undefined),
    /** Changed filters begin with the newest again. `typed` ones leave no step to go back to for each pause. */
    setFilters: (next: Partial<AuditFilters>, { typed = false } = {}) =>
      void set({ ...asNulls(next), before: null }, { history: typed ? 'replace' : 'push' }),
    goBefore: (id: string | null) => void set({ before: id }, { history: 'push' }),
    clear: () => void set(null, { history: 'push' }),
  };
}

const asNulls = (filters: Partial<AuditFilters>) =>
  Object.fromEntries(Object.entries(filters).map(([name, value]) => [name, value === '' ? null : (value ?? null)]));
