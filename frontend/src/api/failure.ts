import { type Problem, problem } from '@job-manager/shared/errors';
import { ORPCError } from '@orpc/client';

/** A failed call as text for a person, wherever it failed. */
export interface Failure {
  /** HTTP status; null when no answer came. */
  status: number | null;
  title: string;
  details: string;
  /** Whether the same call, put right or sent later, can succeed. */
  retryable: boolean;
  field?: string;
  issues: { path: string; message: string }[];
  /** What the server's log calls the call. */
  requestId?: string;
}

/** The problem in an answer's body, or undefined when a proxy or a crash answered in its own format. */
export function readProblem(body: unknown): Problem | undefined {
  const parsed = problem.safeParse(body);
  return parsed.success ? parsed.data : undefined;
}

export function toFailure(error: unknown): Failure {
  if (!(error instanceof ORPCError)) return unreachable;
  const known = readProblem(error.data);
  const requestId = requestIdOf(error.data);
  if (known === undefined) return { ...unreadable(error.status), requestId };
  const { status, title, details, retryable, field, issues = [] } = known;
  return { status, title, details, retryable, field, issues, requestId };
}

const requestIdOf = (data: unknown): string | undefined =>
  typeof data === 'object' && data !== null && 'requestId' in data && typeof data.requestId === 'string'
    ? data.requestId
    : undefined;

/** The server understood and refused: a wrong password, an invalid field, a state that doesn't allow it. */
export const isRefusal = (error: unknown): boolean =>
  error instanceof ORPCError && error.status >= 400 && error.status < 500;

/** The server's code for what went wrong, such as `WRONG_PASSWORD`. */
export const codeOf = (error: unknown): string | undefined =>
  error instanceof ORPCError ? readProblem(error.data)?.code : undefined;

/**
 * What there is now, where a change was refused because another one came in between; undefined for any other failure.
 */
export const currentOf = (error: unknown): unknown =>
  error instanceof ORPCError && codeOf(error) === 'CHANGED' ? readProblem(error.data)?.current : undefined;

export const isSignedOut = (error: unknown): boolean => error instanceof ORPCError && error.status === 401;

const unreachable: Failure = {
  status: null,
  title: 'The server cannot be reached',
  details: 'Check the connection; the server may be restarting.',
  retryable: true,
  issues: [],
};

const isPassing = (status: number): boolean => status >= 500 || status === 429;

const unreadable = (status: number): Failure => ({
  status,
  title: 'The server answered with an error',
  details: `HTTP ${status}. ${isPassing(status) ? 'Trying again may help.' : 'The server, or a proxy before it, refused the call.'}`,
  retryable: isPassing(status),
  issues: [],
});
