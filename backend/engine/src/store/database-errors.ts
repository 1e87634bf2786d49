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
 * Whether an error is temporary and not caused by the statement itself: the database can't be reached, another
 * transaction conflicted, or a time limit was over. The same statement may succeed later.
 */
export function isPassing(error: unknown): boolean {
  return isUnreachable(error) || isContention(error) || hasTimedOut(error);
}

/** Whether the database cancelled a statement, or its wait for a lock, after a time limit. */
export function hasTimedOut(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === '57014' || code === '55P03';
}

const NETWORK = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH', 'EAI_AGAIN']);
/**
 * 08 connection, 57P0x shutting down or starting up, 53 out of connections, memory or disk, 25006 a standby, as a
 * former primary is for a while after a failover.
 */
const SERVER_STATES = ['08', '57P0', '53', '25006'];
