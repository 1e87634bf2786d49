import { addLogLines, type LogLevel, logLevels, type NewLogLine } from '../../store/runner-log.js';
import type { Sql } from '../../store/sql.js';
import type { Redaction } from '../redaction.js';
import { storableMetadata, storableText } from '../storable.js';

interface LogFunction {
  (data: object, text: string): void;
  (text: string): void;
}

/** The logger of the engine. */
export type LogWriter = Record<LogLevel, LogFunction>;

/** Levels of which lines are kept even when no person follows the log. */
const ALWAYS_FROM = logLevels.indexOf('warn');
const MAX_PER_MINUTE = 100;
/** The limit while the log is followed: more than a reader could read. */
const MAX_PER_FLUSH = 200;
const FLUSH_MS = 500;
/** Each read of the log by a person who follows it extends this. */
const FOLLOWED_MS = 30_000;
/** Of the column; a note of what was cut comes on top. */
const MAX_MESSAGE_CHARS = 1_900;
const MAX_DATA_CHARS = 8_000;

export interface RunnerLogOptions {
  /** Read with the first line that is kept, as is `runnerId`: the log is there before the runner. */
  sql(): Sql;
  redaction: Redaction;
  runnerId(): string;
  /** Clock of the process, in milliseconds. */
  now?(): number;
}

/**
 * Keeps what a runner logs where the panel can read it: warnings and errors always, so many a minute, everything else while a
 * person follows it. Lines that can't be written are dropped: the log itself has them.
 */
export class RunnerLog {
  readonly #options: RunnerLogOptions;
  readonly #now: () => number;
  #lines: NewLogLine[] = [];
  #dropped = 0;
  #timer: NodeJS.Timeout | undefined;
  #followedUntil = Number.NEGATIVE_INFINITY;
  #minute = { endsAt: Number.NEGATIVE_INFINITY, lines: 0 };

  constructor(options: RunnerLogOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** A person follows the log from now on, for half a minute. */
  follow(): void {
    this.#followedUntil = this.#now() + FOLLOWED_MS;
  }

  /** Writes to `log`, and keeps what is to be kept. */
  tee(log: LogWriter & { isLevelEnabled(level: string): boolean }): LogWriter {
    const writer = (level: LogLevel): LogFunction => {
      const rank = logLevels.indexOf(level);
      return (first: object | string, text?: string) => {
        if (typeof first === 'string') log[level](first);
        else log[level](first, text ?? '');
        const isFollowed = this.#now() < this.#followedUntil;
        if (rank >= ALWAYS_FROM || (isFollowed && log.isLevelEnabled(level)))
          this.#keep(level, first, text, isFollowed);
      };
    };
    return { debug: writer('debug'), info: writer('info'), warn: writer('warn'), error: writer('error') };
  }

  /** Writes what is still to be written. Never rejects. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lines = this.#lines;
    this.#lines = [];
    if (this.#dropped > 0) {
      const message = `${this.#dropped} more lines are in the log of the process alone`;
      lines.push({ at: new Date(), level: 'warn', message, data: null });
      this.#dropped = 0;
    }
    if (lines.length === 0) return;
    const { sql, runnerId } = this.#options;
    await addLogLines(sql(), runnerId(), lines).catch(() => {});
  }

  #keep(level: LogLevel, first: object | string, text: string | undefined, isFollowed: boolean): void {
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_MS).unref();
    if (!this.#hasRoom(isFollowed)) {
      this.#dropped += 1;
      return;
    }
    const { redaction } = this.#options;
    const message = storableText(typeof first === 'string' ? first : (text ?? ''), MAX_MESSAGE_CHARS, redaction);
    const data = typeof first === 'string' ? null : describeData(first, redaction);
    this.#lines.push({ at: new Date(), level, message, data });
  }

  #hasRoom(isFollowed: boolean): boolean {
    const now = this.#now();
    if (now >= this.#minute.endsAt) this.#minute = { endsAt: now + 60_000, lines: 0 };
    this.#minute.lines += 1;
    if (isFollowed) return this.#lines.length < MAX_PER_FLUSH;
    return this.#minute.lines <= MAX_PER_MINUTE;
  }
}

/** As JSON; null for what can't be described, or is too long: the line is worth more than its data. */
function describeData(data: object, redaction: Redaction): string | null {
  try {
    const { err, ...rest } = data as { err?: unknown };
    const error = err instanceof Error ? { error: `${err.name}: ${err.message}`, stack: err.stack } : {};
    const { json } = storableMetadata({ ...rest, ...error }, redaction);
    return json !== null && json.length > MAX_DATA_CHARS ? null : json;
  } catch {
    return null;
  }
}
