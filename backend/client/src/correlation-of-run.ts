import type { RunRequest } from './request.js';

/** By a name that every copy of this package in the process shares: the engine's, and that of the application. */
const KEY = Symbol.for('@job-manager/correlation-of-run');

type Inheriting = Pick<RunRequest, 'correlationId' | 'rerunOfId' | 'after'>;
type Shared = Record<symbol, (() => string | null | undefined) | undefined>;

/** Registers how to find the correlation id of the run whose code is executing; for the engine. */
export function setCorrelationOfRun(find: () => string | null | undefined): void {
  (globalThis as unknown as Shared)[KEY] = find;
}

/**
 * The request with the correlation id of the run whose code makes it. Unchanged where it names one, or has one from
 * elsewhere: of the run it repeats, or of one of the same call that it waits for.
 */
export function withCorrelationOfRun<Request extends Inheriting>(request: Request): Request {
  const waitsInCall = request.after?.some((wanted) => typeof wanted !== 'string') ?? false;
  if (request.correlationId !== undefined || request.rerunOfId !== undefined || waitsInCall) return request;
  const correlationId = (globalThis as unknown as Shared)[KEY]?.();
  return correlationId == null ? request : { ...request, correlationId };
}
