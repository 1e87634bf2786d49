/** Whether an error means that the database can't be reached just now, so that the same call may succeed later. */
export function isUnreachable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as { code?: unknown }).code;
  if (typeof code === 'string') return NETWORK.has(code) || SERVER_STATES.some((prefix) => code.startsWith(prefix));
  // The driver's own errors for a connection that broke carry no code.
  return /connection terminated|timeout|not queryable|connection ended/i.test(error.message);
}

/** Whether an error means that another transaction was in the way; the same statement may be sent again at once. */
export function isContention(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === '40001' || code === '40P01';
}

const NETWORK = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH', 'EAI_AGAIN']);
/** 08 connection, 57P0x shutting down or starting up, 53 out of connections, memory or disk. */
const SERVER_STATES = ['08', '57P0', '53'];
