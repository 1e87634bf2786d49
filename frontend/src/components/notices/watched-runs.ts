import { useSyncExternalStore } from 'react';

const STORAGE_KEY = 'jobManagerWatchedRuns';
/** The oldest go first. */
const MAX_WATCHED = 100;
/** Every tab that is open has learned of the end by then. */
const KEPT_AFTER_END_MS = 5_000;

const listeners = new Set<() => void>();

/** The runs whose end this browser is to announce whatever its preferences are. */
export function watchedRuns(): string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '[]');
    return Array.isArray(stored) ? stored.filter((id) => typeof id === 'string') : [];
  } catch {
    return [];
  }
}

export function setWatched(jobRunId: string, isWatched: boolean): void {
  const others = watchedRuns().filter((id) => id !== jobRunId);
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify((isWatched ? [...others, jobRunId] : others).slice(-MAX_WATCHED)));
  } catch {
    // Storage is switched off: nothing can be kept.
  }
  for (const listener of listeners) listener();
}

/** Forgets a run that has ended, once the other tabs had their turn. */
export function forgetEnded(jobRunId: string): void {
  setTimeout(() => setWatched(jobRunId, false), KEPT_AFTER_END_MS);
}

/** Whether a run's end is to be announced, by the choice in any tab, and that choice. */
export function useWatchedRun(jobRunId: string): { isWatched: boolean; setWatched(isWatched: boolean): void } {
  const isWatched = useSyncExternalStore(subscribe, () => watchedRuns().includes(jobRunId));
  return { isWatched, setWatched: (next) => setWatched(jobRunId, next) };
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('storage', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', listener);
  };
}
