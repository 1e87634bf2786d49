/** In this order: a UUID has digits, and a path in quotes is quoted. Each must find its end without going back. */
const VARIABLE: [pattern: RegExp, shown: string][] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '…'],
  [/\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s"'`<>)]+/gi, '…'],
  [/[^\s"'`<>()@]{1,64}@[a-z0-9.-]{1,100}/gi, '…'],
  [/"[^"\n]*"|`[^`\n]*`|(?<!\w)'[^'\n]*'(?!\w)/g, '…'],
  [/(?<![\w.])(?:[a-z]:)?(?:[/\\][\w.@-]+){2,}/gi, '…'],
  [/\b(?=[0-9a-f]*\d)[0-9a-f]{8,}\b/gi, '…'],
  [/\d+(?:[.,:]\d+)*/g, '#'],
];

const MAX_READ = 1_000;
const MAX_KEPT = 200;

/** As long as a cause is kept; half of a surrogate pair is no text that PostgreSQL takes. */
export const cutCause = (text: string): string => text.slice(0, MAX_KEPT).replace(/[\ud800-\udbff]$/, '');

/**
 * The text of an error without the parts that differ from run to run: numbers, ids, quoted text, addresses and paths.
 */
export function causeOf(error: string): string {
  const read = error.slice(0, MAX_READ);
  const plain = VARIABLE.reduce((text, [pattern, shown]) => text.replace(pattern, shown), read);
  return cutCause(plain.replace(/\s+/g, ' ').trim());
}
