import { printableJsonLine } from '@job-manager/shared/terminal-text';
import pino from 'pino';
import type { Config } from './config.js';

/**
 * Lines are gathered and written together, a tenth of a second late at most: one by one, what a job says cost it more
 * here than on its way into the database. What waits is written when the process ends, unless it is killed; where
 * it is not taken, memory is not to grow with it.
 */
const GATHERED = { dest: 1, sync: false, minLength: 4_096, periodicFlush: 100, maxLength: 16 * 1024 * 1024 };

/** Keys whose values are never logged, at the top of a line and one level below; and those of a request's headers. */
const SECRETS = ['password', 'token'];
const SECRETS_OF_REQUEST = [...SECRETS, 'headers'];

/** JSON lines on standard output; readable ones where a person watches. */
export function createLog(config: Config, name: string): pino.Logger {
  const options = {
    name,
    level: config.LOG_LEVEL,
    ...hidingSecrets,
  };
  if (!process.stdout.isTTY)
    return pino({ ...options, hooks: inertLines }, inOrderAtTheEnd(pino.destination(GATHERED)));
  return pino({
    ...options,
    hooks: inertPrettyLines,
    transport: { target: 'pino-pretty', options: { ignore: 'pid,hostname,name', translateTime: 'HH:MM:ss' } },
  });
}

/** A thread of Node's pool takes a fraction of that for a write, unless standard output is not taken. */
const LAST_WRITE_MS = 200;

/**
 * What waits is written when the process ends, but not what a thread was given to write just before: where the thread had
 * no turn yet, as on a busy machine, its lines came behind those that followed them.
 */
function inOrderAtTheEnd(destination: ReturnType<typeof pino.destination>): typeof destination {
  const flushSync = destination.flushSync.bind(destination);
  destination.flushSync = () => {
    // Undeclared, and the only sign of a write that is under way. The event loop, which would report its end, stands still.
    const isWriting = Reflect.get(destination, '_writing') === true;
    if (isWriting) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LAST_WRITE_MS);
    flushSync();
  };
  return destination;
}

/** Foreign text never reaches a terminal as a command: JSON leaves control characters beyond ASCII as they are. */
export const inertLines = { streamWrite: printableJsonLine };

/** The same for lines that are made readable first: there an escaped control character becomes itself again. */
export const inertPrettyLines = {
  streamWrite: (line: string): string =>
    inertLines
      .streamWrite(line)
      .replace(/\\(?:u00(?:[01][\da-f]|7f|[89][\da-f])|u(?:061c|200[ef]|202[a-e]|206[6-9])|[\\bfr])/g, (part) =>
        part === '\\\\' ? part : `\\${part}`,
      ),
};

/** What pino's own `redact` does for these keys; that took a third of the time of a line. */
export const hidingSecrets = {
  formatters: { log: withoutSecrets },
  // Copied above, an error would lose what makes it one.
  serializers: {
    err: (error: unknown) => (error instanceof Error ? hide(pino.stdSerializers.err(error), SECRETS) : error),
  },
};

function withoutSecrets(line: Record<string, unknown>): Record<string, unknown> {
  let safe = hide(line, SECRETS);
  for (const key in line) {
    const value = line[key];
    if (typeof value !== 'object' || value === null || (key === 'err' && value instanceof Error)) continue;
    const part = hide(value, key === 'req' ? SECRETS_OF_REQUEST : SECRETS);
    if (part !== value && safe[key] === value) safe = { ...safe, [key]: part };
  }
  return safe;
}

/** The object itself where it has none of the keys, or only a count under them. */
function hide<Value extends object>(value: Value, keys: readonly string[]): Value {
  let safe = value;
  for (const key of keys) {
    if (Object.hasOwn(value, key) && mayBeSecret((value as Record<string, unknown>)[key]))
      safe = { ...safe, [key]: '[Redacted]' };
  }
  return safe;
}

/** Numbers, booleans and what is empty are no secrets, as everywhere (`queue/redaction.ts`). */
export function mayBeSecret(value: unknown): boolean {
  if (typeof value === 'object') return value !== null && Object.keys(value).length > 0;
  return typeof value === 'string' && value !== '';
}
