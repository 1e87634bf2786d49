const SECRET = /passw|secret|token|authori[sz]ation|cookie|api_?key|private_?key|credential/i;
const MOST_DEPTH = 8;

/** A copy of JSON-like data in which whatever is named like a secret says `[redacted]`. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MOST_DEPTH) return '[too deep]';
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, SECRET.test(key) ? '[redacted]' : redact(item, depth + 1)]),
  );
}
