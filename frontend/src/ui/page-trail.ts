import { useEffect, useSyncExternalStore } from 'react';

/** One step of the way to a page; without an address it is the page itself. */
export interface Crumb {
  label: string;
  to?: string;
  /** Not above the page but beside it, such as a tab: the step back of a phone passes it over. */
  isBeside?: boolean;
}

const NONE: readonly Crumb[] = [];
let trail = NONE;
const listeners = new Set<() => void>();

function set(next: readonly Crumb[]): void {
  trail = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Shows the way to the open page in the bar above it, until the page is left. */
export function usePageTrail(crumbs: readonly Crumb[]): void {
  // Pages write their steps out at each render; only other steps are a change.
  const written = JSON.stringify(crumbs);
  useEffect(() => {
    set(JSON.parse(written) as Crumb[]);
    return () => set(NONE);
  }, [written]);
}

/** The way to the page that is open. */
export const useShownTrail = (): readonly Crumb[] => useSyncExternalStore(subscribe, () => trail);
