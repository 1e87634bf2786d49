import { limits } from '@job-manager/shared/limits';
import type { CallContext } from './context.js';
import { HttpProblem } from './problem.js';

/**
 * The id that a caller gives to what it does: `X-Correlation-Id`, or the trace id of `traceparent` (W3C Trace Context),
 * which is ignored where it is none. Throws a 400 problem for a header that cannot be kept.
 */
export function correlationIdOf({ req }: Pick<CallContext, 'req'>, takesTrace = true): string | undefined {
  const header = req.get('x-correlation-id');
  if (header === undefined) return takesTrace ? traceIdOf(req.get('traceparent')) : undefined;
  if (header.length >= 1 && header.length <= limits.correlationChars && /^[\x20-\x7e]+$/.test(header)) return header;
  const detail = `X-Correlation-Id must have 1 to ${limits.correlationChars} printable ASCII characters.`;
  throw new HttpProblem('INVALID_INPUT', detail, { field: 'X-Correlation-Id' });
}

function traceIdOf(traceparent: string | undefined): string | undefined {
  const [, id] = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/.exec(traceparent ?? '') ?? [];
  return id === '0'.repeat(32) ? undefined : id;
}
