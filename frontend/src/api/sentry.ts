import type { TrackedError } from './recent-errors';

type Capture = (error: unknown, entry: TrackedError) => void;

let capture: Promise<Capture | null> | undefined;

/** Reports to Sentry, where the server names a DSN; its code is loaded with the first error and not before. */
export async function reportToSentry(error: unknown, entry: TrackedError): Promise<void> {
  capture ??= load();
  (await capture)?.(error, entry);
}

async function load(): Promise<Capture | null> {
  try {
    const { errorCalls } = await import('./error-calls');
    const { sentryDsn, environment, version } = await errorCalls.settings();
    if (sentryDsn === null) return null;
    const { captureException, captureMessage, init } = await import('@sentry/react');
    init({ dsn: sentryDsn, environment, release: version, tracesSampleRate: 0 });
    return (thrown, { level, message, context }) => {
      const { action, component, ...extra } = context;
      const scope = { level, tags: { action, component }, extra } as const;
      if (level === 'error') captureException(thrown, scope);
      else captureMessage(message, scope);
    };
  } catch {
    // Unreachable now: tried again with the next error.
    capture = undefined;
    return null;
  }
}
