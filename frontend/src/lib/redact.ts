/** What stands in the place of a secret, here as on the server. */
export const REDACTED = '[redacted]';

const SECRET =
  /passw|passphrase|pwd|secret|token|authori[sz]ation|cookie|(?:api|private|access|signing)[_-]?key|credential/i;
const MAX_DEPTH = 8;

/**
 * A copy of JSON-like data in which each text below the name of a secret is `[redacted]`; numbers, flags and what is
 * empty are none.
 */
export function redact(value: unknown, depth = 0, isSecret = false): unknown {
  if (typeof value === 'string') return isSecret && value !== '' ? REDACTED : value;
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return '[too deep]';
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1, isSecret));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, redact(item, depth + 1, isSecret || SECRET.test(key))]),
  );
}
