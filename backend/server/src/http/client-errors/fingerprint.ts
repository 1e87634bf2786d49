import { createHash } from 'node:crypto';

/** What distinguishes kinds of errors. */
interface Described {
  level: string;
  action: string;
  message: string;
  stack?: string;
}

/** The same 16 hex digits for errors of one kind: what differs from one occurrence or build to the next is left out. */
export function fingerprintOf({ level, action, message, stack = '' }: Described): string {
  const parts = [level, action, kindOfMessage(message), ownFile(stack)];
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 16);
}

/** A message with placeholders for addresses, ids, numbers and quoted texts. */
export function kindOfMessage(message: string): string {
  return (
    message
      .replace(/\b[a-z][a-z+.-]*:\/\/\S+/gi, '<url>')
      .replace(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, '<uuid>')
      .replace(/"[^"]*"|`[^`]*`|“[^”]*”/g, '<text>')
      // An apostrophe within a word quotes nothing.
      .replace(/(?<!\w)'[^']*'(?!\w)/g, '<text>')
      .replace(/\b0x[0-9a-f]+\b|\b(?=[0-9a-f]*\d)[0-9a-f]{12,}\b|\d+(?:[.,:]\d+)*/gi, '<n>')
      .replace(/\s+/g, ' ')
      .trim()
      .slice(0, 300)
  );
}

/** Code of others: libraries, what a build keeps apart for them, extensions of the browser. */
const FOREIGN = /\/node_modules\/|\/\.vite\/|\/@vite\/|vendor|-extension:\/\//;

/** The first file of ours in a stack, without host, hash, line and column; empty when there is none. */
export function ownFile(stack: string): string {
  // Bounded: names of any length would be looked for from each of their letters on.
  const files = stack.matchAll(/[\w-]{1,40}:\/\/[^\s)]+/g);
  for (const [frame] of files) {
    const path = FOREIGN.test(frame) ? undefined : /^https?:\/\/[^/]+([^?#:]+)/.exec(frame)?.[1];
    // Vite names what it builds `name-BxT3kLm_.js`.
    if (path !== undefined && path !== '/') return path.replace(/-[\w-]{8}(?=\.\w+$)/, '');
  }
  return '';
}
