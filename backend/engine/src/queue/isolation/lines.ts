import type { Readable } from 'node:stream';

/** Calls back with each line; cuts a line after `maxChars` and counts what was cut. */
export function readLines(
  stream: Readable,
  maxChars: number,
  onLine: (line: string, missingChars: number) => void,
): void {
  let parts: string[] = [];
  let chars = 0;
  let missing = 0;
  const add = (part: string) => {
    const kept = part.slice(0, Math.max(0, maxChars - chars));
    if (kept) parts.push(kept);
    chars += kept.length;
    missing += part.length - kept.length;
  };
  const end = () => {
    if (parts.length > 0) onLine(parts.join(''), missing);
    parts = [];
    chars = 0;
    missing = 0;
  };
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const [first = '', ...others] = text.split('\n');
    add(first);
    for (const other of others) {
      end();
      add(other);
    }
  });
  stream.on('end', end);
  // A broken pipe shows no more than the end of the process, which is reported by itself.
  stream.on('error', () => {});
}
