import { createHash } from 'node:crypto';
import { type CallContext, callerOf } from './context.js';
import { HttpProblem } from './problem.js';
import { takesKey } from './routes.js';

const MOST = 200;

/** Calls that take a key, beside `enqueue`. */
type KeyedCall = 'start' | 'message';

/** Refuses a key where nothing reads it: its caller relies on a repeated call to make nothing twice. Throws a 400 problem. */
export function refuseUnreadKey({ req, route }: Pick<CallContext, 'req' | 'route'>): void {
  if (!route.isCreation || takesKey(route) || req.get('idempotency-key') === undefined) return;
  const detail = 'Idempotency-Key: this call takes none, and sent again it would make the same a second time.';
  throw new HttpProblem('INVALID_INPUT', detail, { field: 'Idempotency-Key' });
}

/**
 * The engine's key for a caller's `Idempotency-Key`: prefixed, so that keys of different callers, and of
 * different calls, never meet. Throws a 400 problem for a key that is empty, too long or not printable ASCII.
 */
export function idempotencyKeyOf(context: CallContext, call?: KeyedCall): string | undefined {
  const header = context.req.get('idempotency-key');
  const { user, apiToken } = callerOf(context);
  const who = user?.id ?? `token:${apiToken?.id}`;
  // A slash ends no caller, so no key of one call reads like a key of another.
  const caller = call === undefined ? who : `${who}/${call}`;
  if (header === undefined) return undefined;
  if (header.length > MOST || !/^[\x20-\x7e]+$/.test(header)) {
    const detail = `Idempotency-Key must have 1 to ${MOST} printable ASCII characters.`;
    throw new HttpProblem('INVALID_INPUT', detail, { field: 'Idempotency-Key' });
  }
  const key = `${caller}:${header}`;
  if (key.length <= MOST) return key;
  // The prefix must not make a key too long for its column.
  return `${caller}:sha256:${createHash('sha256').update(header).digest('hex')}`;
}
