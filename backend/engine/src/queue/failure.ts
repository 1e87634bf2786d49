import { inspect } from 'node:util';
import { limits } from '@job-manager/shared/limits';
import { errorMessage, isError, stackWithReasons } from './failure-reasons.js';
import type { Redaction } from './redaction.js';
import { storableText } from './storable.js';

export interface Failure {
  error: string;
  errorStack: string | null;
}

/** What `ctx.fail` throws. */
export class JobFailure extends Error {
  override readonly name = 'JobFailure';
  // Private: the own fields of an error are shown with its stack, and this one explains nothing.
  readonly #isWorthRepeating: boolean;
  readonly #retryInMs: number | undefined;

  /** `retryInMs` is when the next attempt begins, where the job wants to decide it. */
  constructor(message: string, isWorthRepeating: boolean, retryInMs?: number) {
    super(message);
    this.#isWorthRepeating = isWorthRepeating;
    this.#retryInMs = retryInMs;
  }

  get isWorthRepeating(): boolean {
    return this.#isWorthRepeating;
  }

  get retryInMs(): number | undefined {
    return this.#retryInMs;
  }
}

/** The parameters of a run don't fit the schema that the job has in this process. */
export class ParametersRefused extends JobFailure {
  constructor(message: string) {
    super(message, false);
  }
}

/** What `ctx.snooze` throws. */
export class JobSnooze extends Error {
  override readonly name = 'JobSnooze';

  constructor(
    readonly delayMs: number,
    readonly reason: string | null,
  ) {
    super(reason ?? 'The job put its run off');
  }
}

/** The number of milliseconds that a job gives; `by` is what it called. Throws TypeError and RangeError for what is none, or too many. */
export function checkDelay(ms: number, by: string): number {
  if (typeof ms !== 'number' || Number.isNaN(ms))
    throw new TypeError(`${by} needs a number of milliseconds, not ${ms}`);
  if (ms > limits.farMs) throw new RangeError(`${by} reaches 10 years (${limits.farMs} ms), not ${ms} ms`);
  return Math.max(0, Math.round(ms));
}

/**
 * Describes whatever a job threw, without secrets: an Error with all its causes, a string, null, an object whose
 * properties throw.
 */
export function describeFailure(thrown: unknown, redaction: Redaction): Failure {
  try {
    return {
      error: storableText(messageOf(thrown), limits.errorChars, redaction),
      errorStack: isError(thrown)
        ? storableText(stackWithReasons(thrown, redaction), limits.stackChars, redaction)
        : null,
    };
  } catch {
    return { error: UNREADABLE, errorStack: null };
  }
}

/** What a job threw, or a placeholder for an object whose properties throw. */
export function approachable(thrown: unknown): unknown {
  try {
    void (thrown instanceof Error);
    return thrown;
  } catch {
    return new JobFailure(UNREADABLE, true);
  }
}

const UNREADABLE = 'The job threw something that cannot be read';

function messageOf(thrown: unknown): string {
  if (isError(thrown)) return errorMessage(thrown);
  if (typeof thrown === 'string') return thrown || 'The job threw an empty string';
  return `The job threw ${inspect(thrown, { depth: 2, breakLength: Infinity })}`;
}
