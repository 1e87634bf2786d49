export interface ErrorContext {
  /** What was being done: `enqueueJob`, `cancelJob`. */
  action: string;
  component?: string;
  jobName?: string;
  jobRunId?: string;
}

export interface TrackedError {
  level: 'error' | 'warning';
  message: string;
  stack?: string;
  context: ErrorContext & { timestamp: string; userAgent: string; url: string };
}

const STORAGE_KEY = 'job-manager.recent-errors';
const KEPT = 10;

/** Keeps what went wrong, and where, for whoever looks into it: in the console and in the last ten. */
export function trackError(error: unknown, context: ErrorContext): void {
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
  console.error(`[${context.action}]`, error, context);
  keep({ level: 'error', message, stack, context: enrich(context) });
}

/** The last ten errors, oldest first; they survive a reload of the tab. */
export function getRecentErrors(): TrackedError[] {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? '[]');
    // Written by nobody but `keep` below.
    return Array.isArray(kept) ? (kept as TrackedError[]) : [];
  } catch {
    return [];
  }
}

function keep(entry: TrackedError): void {
  try {
    sessionStorage.setItem(STORAGE_KEY, JSON.stringify([...getRecentErrors(), entry].slice(-KEPT)));
  } catch {
    // Storage full or switched off: the console has it.
  }
}

const enrich = (context: ErrorContext): TrackedError['context'] => ({
  ...context,
  timestamp: new Date().toISOString(),
  userAgent: navigator.userAgent,
  url: window.location.href,
});
