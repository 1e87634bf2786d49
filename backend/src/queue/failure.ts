import { inspect } from 'node:util';
import { limits } from '@job-manager/shared/limits';
import type { Redaction } from './redaction.js';
import { storableText } from './storable.js';

export interface Failure {
  error: string;
  errorStack: string | null;
}

/** What `ctx.fail` throws. */
export class JobFailure extends Error {
  override readonly name = 'JobFailure';

  constructor(
    message: string,
    readonly isWorthRepeating: boolean,
  ) {
    super(message);
  }
}

/** The parameters of a run don't fit the job as this process knows it. */
export class ParametersRefused extends JobFailure {
  constructor(message: string) {
    super(message, false);
  }
}

/** Puts whatever a job threw into words, without secrets: an Error, a string, null, an object that defends itself. */
export function describeFailure(thrown: unknown, redaction: Redaction): Failure {
  try {
    return {
      error: storableText(messageOf(thrown), limits.errorChars, redaction),
      errorStack: thrown instanceof Error ? storableText(stackOf(thrown), limits.stackChars, redaction) : null,
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
  if (thrown instanceof Error) return thrown.message || thrown.name || 'The job threw an error without a message';
  if (typeof thrown === 'string') return thrown || 'The job threw an empty string';
  return `The job threw ${inspect(thrown, { depth: 2, breakLength: Infinity })}`;
}

function stackOf(error: Error): string {
  const parts: string[] = [];
  let current: unknown = error;
  // A cause may lead back to its own error.
  for (let depth = 0; current instanceof Error && depth < 5; depth++) {
    const lines = (current.stack ?? `${current.name}: ${current.message}`).split('\n').slice(0, limits.stackFrames + 1);
    parts.push(`${depth === 0 ? '' : 'Caused by: '}${lines.join('\n')}`);
    current = current.cause;
  }
  return parts.join('\n');
}
