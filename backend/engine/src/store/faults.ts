import { isContention } from '@job-manager/client/retry-on-contention';

export { isContention };

/** Whether an error means that the database can't be reached just now, so that the same call may succeed later. */
export function isUnreachable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as { code?: unknown }).code;
  if (typeof code === 'string') return NETWORK.has(code) || SERVER_STATES.some((prefix) => code.startsWith(prefix));
  // The driver's own errors for a connection that broke carry no code.
  return /connection terminated|timeout|not queryable|connection ended/i.test(error.message);
}

/**
 * Whether an error says nothing about the statement it answers: the database can't be reached, another one was in the
 * way, or time was up. The same statement may be done later, and what it was to write is as good as ever.
 */
export function isPassing(error: unknown): boolean {
  return isUnreachable(error) || isContention(error) || hasTimedOut(error);
}

/** Whether the database gave up a statement, or its wait for a lock, for taking too long. */
export function hasTimedOut(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === '57014' || code === '55P03';
}

const NETWORK = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH', 'EAI_AGAIN']);
/**
 * 08 connection, 57P0x shutting down or starting up, 53 out of connections, memory or disk, 25006 a standby, as a
 * primary is for a while after others took over.
 */
const SERVER_STATES = ['08', '57P0', '53', '25006'];
