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

  constructor(message: string, isWorthRepeating: boolean) {
    super(message);
    this.#isWorthRepeating = isWorthRepeating;
  }

  get isWorthRepeating(): boolean {
    return this.#isWorthRepeating;
  }
}

/** The parameters of a run don't fit the job as this process knows it. */
export class ParametersRefused extends JobFailure {
  constructor(message: string) {
    super(message, false);
  }
}

/** Describes whatever a job threw, without secrets: an Error with all reasons in it, a string, null, an object that defends itself. */
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

/** What a job threw, or something harmless instead of an object that throws when it is asked what it is. */
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
