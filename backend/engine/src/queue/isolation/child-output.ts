import type { Readable } from 'node:stream';
import type { Redaction } from '../redaction.js';
import { storableText } from '../storable.js';
import { readLines } from './lines.js';

export type OutputStream = 'stdout' | 'stderr';

/** Of one line. */
const LINE_CHARS = 1_000;
/** In any second; more lines are only counted, so that a library with much output never fills the log. */
const MAX_LINES = 50;
/** The end of what a process wrote to stderr, which often shows why it crashed. */
const LAST_LINES = 30;

export interface ChildOutputOptions {
  redaction: Redaction;
  onLine(stream: OutputStream, line: string): void;
}

/** What a process writes to its standard streams, as bounded lines without secrets. */
export class ChildOutput {
  readonly #options: ChildOutputOptions;
  #lastErrors: string[] = [];
  #secondAt = 0;
  #lines = 0;
  #leftOut = 0;

  constructor(streams: Record<OutputStream, Readable>, options: ChildOutputOptions) {
    this.#options = options;
    readLines(streams.stdout, LINE_CHARS, (line, missing) => this.#take('stdout', line, missing));
    readLines(streams.stderr, LINE_CHARS, (line, missing) => this.#take('stderr', line, missing));
  }

  /** Forgets what it wrote so far; the next run has its own. */
  beginRun(): void {
    this.#lastErrors = [];
  }

  /** The last lines on stderr since the run began, or null. */
  get lastErrors(): string | null {
    return this.#lastErrors.length === 0 ? null : this.#lastErrors.join('\n');
  }

  #take(stream: OutputStream, text: string, missing: number): void {
    const line = storableText(text, LINE_CHARS, this.#options.redaction, missing);
    if (stream === 'stderr') this.#lastErrors = [...this.#lastErrors.slice(1 - LAST_LINES), line];
    this.#startSecond();
    this.#lines += 1;
    if (this.#lines <= MAX_LINES) this.#options.onLine(stream, line);
    else this.#leftOut += 1;
  }

  #startSecond(): void {
    const now = performance.now();
    if (now - this.#secondAt < 1_000) return;
    if (this.#leftOut > 0) this.#options.onLine('stderr', `… and ${this.#leftOut} more lines`);
    this.#secondAt = now;
    this.#lines = 0;
    this.#leftOut = 0;
  }
}
