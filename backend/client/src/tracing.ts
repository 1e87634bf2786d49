import { createRequire } from 'node:module';
import type * as OpenTelemetry from '@opentelemetry/api';

export type Api = typeof OpenTelemetry;

/** Where the API of OpenTelemetry keeps what an application has registered, for all of its copies in a process. */
const REGISTERED = Symbol.for('opentelemetry.js.api.1');
type Registered = { trace?: unknown; metrics?: unknown } | undefined;
const registered = () => (globalThis as unknown as Record<symbol, Registered>)[REGISTERED];

/** Whether the application records traces. Read for every run: one property, and nothing of OpenTelemetry is loaded before. */
export const isTraced = (): boolean => registered()?.trace !== undefined;

/** Whether the application records metrics. */
export const isMetered = (): boolean => registered()?.metrics !== undefined;

let api: Api | null | undefined;

/** The API, which is loaded here where the application has registered something; undefined where it isn't installed. */
export function openTelemetry(): Api | undefined {
  if (api === undefined) {
    try {
      api = createRequire(import.meta.url)('@opentelemetry/api') as Api;
    } catch {
      api = null;
    }
  }
  return api ?? undefined;
}

/** By the semantic conventions for messaging: a job is a destination, a run is a message. */
export const MESSAGING = { 'messaging.system': 'job_manager' } as const;
export const SCOPE = '@job-manager';

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** A context of W3C as it is kept with a run; undefined for one that names no trace. */
export function traceparentOf(api: Api, context: OpenTelemetry.SpanContext | undefined): string | undefined {
  if (context === undefined || !api.isSpanContextValid(context)) return undefined;
  return `00-${context.traceId}-${context.spanId}-${context.traceFlags.toString(16).padStart(2, '0')}`;
}

/** The other way round; undefined where there is none, or what is kept is none. */
export function spanContextOf(traceparent: string | null): OpenTelemetry.SpanContext | undefined {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
}
