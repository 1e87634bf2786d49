import { printableJsonLine } from '@job-manager/shared/terminal-text';
import pino from 'pino';
import type { Config } from './config.js';

/**
 * Lines are buffered and written together, at most a tenth of a second late: written one by one, a line of a job cost
 * more here than in the database. Buffered lines are written when the process ends, unless it is killed. Where the
 * output is not read, lines are dropped, so that memory does not grow.
 */
const GATHERED = { dest: 1, sync: false, minLength: 4_096, periodicFlush: 100, maxLength: 16 * 1024 * 1024 };

/** Keys whose values are never logged, at the top of a line and one level below; and those of a request's headers. */
const SECRETS = ['password', 'token'];
const SECRETS_OF_REQUEST = [...SECRETS, 'headers'];

/** JSON lines on standard output; readable ones in a terminal. */
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
 * Writes the buffered lines when the process ends. A write that a thread has just been given is waited for: on a busy
 * machine its lines would otherwise come after those that followed them.
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

/** Text of jobs never reaches a terminal as a control sequence: JSON keeps control characters beyond ASCII. */
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

/** Does what pino's own `redact` does for these keys, which took a third of the time of a line. */
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
