import { useCallback, useMemo, useSyncExternalStore } from 'react';

/** The ticks of each list, by the list's filters; kept until the browser's tab ends or reloads. */
const lists = new Map<string, Ticks>();
const listeners = new Set<() => void>();

interface Ticks {
  ids: ReadonlySet<string>;
  /** The one ticked last: a range begins there. */
  latest: string | null;
}

const NONE: Ticks = { ids: new Set(), latest: null };

export interface TickedRows {
  ids: ReadonlySet<string>;
  toggle: (id: string) => void;
  /** Ticks all of `rows` from the one ticked last to this one. */
  tickTo: (id: string, rows: readonly string[]) => void;
  add: (rows: readonly string[]) => void;
  clear: () => void;
}

/** The ticked rows of a list: they are there again after going into a run and back. */
export function useTicks(list: string): TickedRows {
  const { ids } = useSyncExternalStore(
    subscribe,
    useCallback(() => ticksOf(list), [list]),
  );
  // The same functions for all ticks, so that a tick draws no row but its own.
  const acts = useMemo(() => actsOn(list), [list]);
  return useMemo(() => ({ ids, ...acts }), [ids, acts]);
}

const ticksOf = (list: string): Ticks => lists.get(list) ?? NONE;

function actsOn(list: string): Omit<TickedRows, 'ids'> {
  const ticked = () => [...ticksOf(list).ids];
  return {
    toggle: (id) =>
      set(list, id, ticksOf(list).ids.has(id) ? ticked().filter((other) => other !== id) : [...ticked(), id]),
    tickTo: (id, rows) => set(list, id, [...ticked(), ...between(rows, ticksOf(list).latest ?? id, id)]),
    add: (rows) => set(list, rows.at(-1) ?? null, [...ticked(), ...rows]),
    clear: () => set(list, null, []),
  };
}

/** What a key of a marked row does to the ticks: `X` ticks the range up to it, `a` all rows. Reports whether it did anything. */
export function pressTickKey(ticks: TickedRows, key: string, id: string, rows: () => readonly string[]): boolean {
  if (key === 'X') ticks.tickTo(id, rows());
  else if (key === 'a') ticks.add(rows());
  else return false;
  return true;
}

function between(rows: readonly string[], from: string, to: string): readonly string[] {
  const [a, b] = [rows.indexOf(from), rows.indexOf(to)];
  return a < 0 || b < 0 ? [to] : rows.slice(Math.min(a, b), Math.max(a, b) + 1);
}

function set(list: string, latest: string | null, ids: readonly string[]): void {
  if (ids.length === 0) lists.delete(list);
  else lists.set(list, { ids: new Set(ids), latest });
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
