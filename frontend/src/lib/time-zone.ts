import { useSyncExternalStore } from 'react';

/** In which zone the panel writes times: the reader's own, or UTC. */
export type ZoneChoice = 'local' | 'utc';

const KEY = 'job-manager: times';

function readChoice(): ZoneChoice {
  try {
    return localStorage.getItem(KEY) === 'utc' ? 'utc' : 'local';
  } catch {
    return 'local';
  }
}

let choice = readChoice();
const listeners = new Set<() => void>();

/** The zone that times are written in now. */
export const zoneChoice = (): ZoneChoice => choice;

/** Writes all times in the other zone from now on; this browser remembers it. */
export function switchZone(): void {
  choice = choice === 'utc' ? 'local' : 'utc';
  try {
    localStorage.setItem(KEY, choice);
  } catch {
    // Storage full or switched off: it counts for this page.
  }
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Renders a part again when the zone is switched. */
export const useZoneChoice = (): ZoneChoice => useSyncExternalStore(subscribe, zoneChoice);
