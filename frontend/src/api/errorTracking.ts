import { redact } from '../lib/redact';
import { report, reportBeforeLeaving } from './error-reports';
import { isRefusal, isSignedOut } from './failure';
import { type ErrorContext, keepRecent, type TrackedError } from './recent-errors';
import { reportToSentry } from './sentry';

export { clearRecentErrors, getRecentErrors } from './recent-errors';

/**
 * Reports what went wrong, and where, where it can be inspected: in the console, among the last ten errors of
 * this tab, to the server's error page, and to Sentry where one is named; as a warning where the server
 * refused the request. Never throws.
 */
export function trackError(error: unknown, context: ErrorContext): void {
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
  console.error(`[${context.action}]`, error, context);
  track(error, { level: isRefusal(error) ? 'warning' : 'error', message, stack, context: enrich(context) });
}

/** The same for something that is no error but should be known. */
export function trackWarning(message: string, context: ErrorContext): void {
  console.warn(`[${context.action}]`, message, context);
  track(message, { level: 'warning', message, context: enrich(context) });
}

/** Runs something that may fail; a failure is tracked and thrown on. */
export async function trackAsync<Result>(work: () => Promise<Result>, context: ErrorContext): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    trackError(error, context);
    throw error;
  }
}

/** The browser's notice that it will measure again in the next frame. */
const HARMLESS = /^ResizeObserver loop/;

/** Tracks uncaught errors, until the returned function is called. */
export function watchUncaughtErrors(): () => void {
  const onError = ({ error, message }: ErrorEvent) => {
    if (!HARMLESS.test(message)) trackError(error ?? message, { action: 'uncaught', component: 'window' });
  };
  const onRejection = ({ reason }: PromiseRejectionEvent) =>
    trackError(reason, { action: 'unhandledRejection', component: 'window' });
  window.addEventListener('error', onError);
  window.addEventListener('unhandledrejection', onRejection);
  const stopReporting = reportBeforeLeaving();
  return () => {
    window.removeEventListener('error', onError);
    window.removeEventListener('unhandledrejection', onRejection);
    stopReporting();
  };
}

function track(thrown: unknown, entry: TrackedError): void {
  keepRecent(entry);
  // An ended session is no error; the panel leads to signing in.
  if (isSignedOut(thrown)) return;
  report(entry);
  void reportToSentry(thrown, entry);
}

const enrich = ({ params, ...context }: ErrorContext): TrackedError['context'] => ({
  ...context,
  ...(params && { params: redact(params) as Record<string, unknown> }),
  timestamp: new Date().toISOString(),
  userAgent: navigator.userAgent,
  url: window.location.href,
});
