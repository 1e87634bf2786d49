import { createHash } from 'node:crypto';

/**
 * Equal for equal requests, whatever the order of their fields; times are compared as moments. Undefined fields don't
 * count.
 */
export function requestHash(request: object): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(request)))
    .digest('hex');
}

/** Objects with their keys in order, as PostgreSQL and programs each have their own. */
function sorted(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  // A list of pairs: an object would put numeric keys first, and drop `__proto__`.
  return entries.flatMap(([key, inner]) => (inner === undefined ? [] : [[key, sorted(inner)]]));
}
