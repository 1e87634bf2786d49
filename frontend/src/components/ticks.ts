import { useCallback, useMemo, useSyncExternalStore } from 'react';

/** What is ticked in each list, by the list's filters; kept until the browser's tab ends or reloads. */
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
    useCallback(() => lists.get(list) ?? NONE, [list]),
  );
  return useMemo(
    () => ({
      ids,
      toggle: (id) => set(list, id, ids.has(id) ? [...ids].filter((other) => other !== id) : [...ids, id]),
      tickTo: (id, rows) => set(list, id, [...ids, ...between(rows, lists.get(list)?.latest ?? id, id)]),
      add: (rows) => set(list, rows.at(-1) ?? null, [...ids, ...rows]),
      clear: () => set(list, null, []),
    }),
    [list, ids],
  );
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
