/** What was being done when something went wrong. */
export interface ErrorContext {
  /** `enqueueJob`, `cancelJob`. */
  action: string;
  /** The part of the panel in which it was: `RunJobModal`; of a read, the call: `jobs.history`. */
  component: string;
  jobName?: string;
  jobRunId?: string;
  /** The parameters of the request; secrets are removed before it is kept or sent. */
  params?: Record<string, unknown>;
}

export interface TrackedError {
  level: 'error' | 'warning';
  message: string;
  stack?: string;
  context: ErrorContext & { timestamp: string; userAgent: string; url: string };
}

const STORAGE_KEY = 'jobManagerErrors';
const KEPT = 10;

/** Keeps an error among the last ten. */
export function keepRecent(entry: TrackedError): void {
  try {
    sessionStorage.setItem(STORAGE_KEY, JSON.stringify([...getRecentErrors(), entry].slice(-KEPT)));
  } catch {
    // Storage full or switched off: the console has it.
  }
}

/** The last ten errors, oldest first; they survive a reload of the tab. */
export function getRecentErrors(): TrackedError[] {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? '[]');
    // Written by `keepRecent` alone.
    return Array.isArray(kept) ? (kept as TrackedError[]) : [];
  } catch {
    return [];
  }
}

/** Forgets the last errors. */
export function clearRecentErrors(): void {
  try {
    sessionStorage.removeItem(STORAGE_KEY);
  } catch {
    // Switched off: there is nothing to forget.
  }
}
