import { QueueError } from '@job-manager/engine/queue/errors';
import { isPassing } from '@job-manager/engine/store/database-errors';
import { ORPCError } from '@orpc/server';
import { TooManyAttempts } from '../auth/attempts.js';
import { UnreadableSecret } from '../auth/encryption.js';
import { IdentifyFailed } from '../auth/host-users.js';
import { WrongPassword } from '../auth/own-password.js';
import { HashingBusy } from '../auth/passwords.js';
import { NoSecondFactor, SecondFactorExists, WrongCode } from '../auth/second-factor.js';
import { PasswordExpired, SignInCodeNeeded, SignInCodeRefused, SignInEnded, SignInRefused } from '../auth/sign-in.js';
import { bodyTooLarge } from './body.js';
import { HttpProblem, type ProblemCode } from './problem.js';

/** What to answer for any error: a refusal as it is, everything else without its internals. */
export function problemOf(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof ORPCError) return ofContract(error);
  if (error instanceof QueueError) return ofQueue(error);
  if (error instanceof SignInRefused) return new HttpProblem('WRONG_CREDENTIALS', 'E-mail or password is wrong.');
  if (error instanceof PasswordExpired) return new HttpProblem('PASSWORD_EXPIRED', EXPIRED);
  if (error instanceof WrongPassword) {
    return new HttpProblem('WRONG_PASSWORD', 'The current password is wrong.', { field: 'currentPassword' });
  }
  const factorProblem = ofSecondFactor(error);
  if (factorProblem) return factorProblem;
  if (error instanceof TooManyAttempts) {
    const detail = `${error.message}; try again in ${error.retryAfterS} s.`;
    return new HttpProblem('TOO_MANY_ATTEMPTS', detail, { headers: { 'Retry-After': String(error.retryAfterS) } });
  }
  if (error instanceof IdentifyFailed)
    return unavailable('It is unknown just now who is signed in; try again in a moment.', 5);
  if (error instanceof HashingBusy) return unavailable('Too many people are signing in; try again in a moment.', 2);
  return ofBody(error) ?? ofDatabase(error) ?? new HttpProblem('INTERNAL', 'The server failed; its log has the cause.');
}

function ofSecondFactor(error: unknown): HttpProblem | null {
  const field = { field: 'code' };
  if (error instanceof SignInCodeNeeded)
    return new HttpProblem('CODE_NEEDED', 'This account has a second factor: send its code as well.', field);
  if (error instanceof SignInCodeRefused) return new HttpProblem('SIGN_IN_CODE_WRONG', WRONG_CODE, field);
  if (error instanceof WrongCode) return new HttpProblem('WRONG_CODE', WRONG_CODE, field);
  if (error instanceof SignInEnded)
    return new HttpProblem('SIGN_IN_ENDED', 'This sign-in waited too long, or had too many wrong codes: begin again.');
  if (error instanceof NoSecondFactor) return new HttpProblem('NOT_ALLOWED', error.message);
  if (error instanceof SecondFactorExists)
    return new HttpProblem('NOT_ALLOWED', 'A second factor is set up already: turn it off first.');
  if (error instanceof UnreadableSecret) return new HttpProblem('NOT_ALLOWED', UNREADABLE);
  return null;
}

const EXPIRED =
  'Another person set this password more than 7 days ago, and it was never changed: it no longer signs in. A SUPER_ADMIN sets a new one under Users; on the server, pnpm admin:create does.';
const WRONG_CODE = 'The code is wrong, or was used before; each counts for about a minute, and once.';
const UNREADABLE =
  'The secret of this server has changed, so codes of the app can’t be checked: use a recovery code, or have the second factor removed on the server with pnpm admin:remove-second-factor.';

/** oRPC's own errors: input that doesn't fit the contract, or a wrapper around the error of a handler. */
function ofContract(error: ORPCError<string, unknown>): HttpProblem {
  if (error.code === 'INTERNAL_SERVER_ERROR') return problemOf(error.cause ?? new Error(error.message));
  if (error.status === 400) return new HttpProblem('INVALID_INPUT', 'The request could not be read.');
  return new HttpProblem('INTERNAL', 'The server failed; its log has the cause.');
}

/** What the client package calls `idempotencyKey` is a header here. */
function ofKey(code: Exclude<QueueError['code'], 'BUSY'>, message: string): HttpProblem {
  const field = 'Idempotency-Key';
  return new HttpProblem(code, `${field}: ${message}`, { field, issues: [{ path: field, message }] });
}

const FIELD_OF: Partial<Record<QueueError['code'], string>> = {
  UNKNOWN_JOB: 'jobName',
  INVALID_PARAMETERS: 'parameters',
};

function ofQueue(error: QueueError): HttpProblem {
  if (error.code === 'BUSY') return unavailable(error.message, 1);
  if (error.issues[0]?.path === 'idempotencyKey') return ofKey(error.code, error.issues[0].message);
  const issues = error.issues.length > 0 ? error.issues : undefined;
  const field = FIELD_OF[error.code] ?? issues?.[0]?.path.split('.')[0];
  const headers = error.code === 'TOO_MANY_ACTIVE' ? { 'Retry-After': '10' } : undefined;
  return new HttpProblem(error.code, error.message, { field, issues, headers });
}

/** By the names that body-parser gives its errors. */
const BODY_ERRORS: Record<string, [ProblemCode, string]> = {
  'encoding.unsupported': ['UNSUPPORTED_TYPE', 'The body must not be compressed.'],
  'request.aborted': ['INVALID_INPUT', 'The body ended early.'],
  'request.size.invalid': ['INVALID_INPUT', 'The body has another length than its header declares.'],
};

function ofBody(error: unknown): HttpProblem | null {
  const { type, status, limit } = (error ?? {}) as { type?: unknown; status?: unknown; limit?: unknown };
  if (type === 'entity.too.large') return bodyTooLarge(Number(limit));
  const known = typeof type === 'string' ? BODY_ERRORS[type] : undefined;
  if (known) return new HttpProblem(...known);
  // Express answers 400 itself where a path can't be decoded.
  return status === 400 ? new HttpProblem('INVALID_INPUT', 'The request could not be read.') : null;
}

function ofDatabase(error: unknown): HttpProblem | null {
  if (isPassing(error)) {
    return unavailable('The database does not answer just now; try again in a few seconds.', 5);
  }
  return null;
}

const unavailable = (detail: string, retryAfterS: number) =>
  new HttpProblem('UNAVAILABLE', detail, { headers: { 'Retry-After': String(retryAfterS) } });
