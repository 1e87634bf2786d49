import type { Problem } from '@job-manager/shared/errors';
import type { Response } from 'express';

export const problemTitles = {
  INVALID_INPUT: 'The input is not valid',
  UNKNOWN_JOB: 'There is no such job',
  INVALID_PARAMETERS: 'The parameters are not valid',
  SIGNED_OUT: 'Sign in first',
  WRONG_CREDENTIALS: 'E-mail or password is wrong',
  PASSWORD_EXPIRED: 'The password has expired',
  WRONG_PASSWORD: 'The password is wrong',
  PASSWORD_NEEDED: 'The password is needed again',
  CODE_NEEDED: 'A code is needed as well',
  SIGN_IN_CODE_WRONG: 'The code is wrong',
  SIGN_IN_ENDED: 'Sign in again',
  WRONG_CODE: 'The code is wrong',
  FORBIDDEN: 'No access',
  PENDING_STEP: 'Something else must be done first',
  FOREIGN_ORIGIN: 'Sent from another site',
  FOREIGN_HOST: 'Not a name of this server',
  UNKNOWN_RUN: 'There is no such run',
  NOT_FOUND: 'There is nothing here',
  METHOD_NOT_ALLOWED: 'Wrong method',
  NOT_ALLOWED: 'Not possible in this state',
  LEASE_LOST: 'The run is no longer yours',
  CHANGED: 'Changed meanwhile',
  DUPLICATE: 'The key is taken',
  UNKNOWN_BATCH: 'There is no such batch',
  NOT_INSTALLED: 'The tables are not there',
  UNKNOWN_SCHEDULE: 'There is no such schedule',
  NAME_TAKEN: 'The name is taken',
  UNKNOWN_ACCOUNT: 'There is no such person',
  UNKNOWN_ROLE: 'There is no such role',
  UNKNOWN_TOKEN: 'There is no such token',
  UNKNOWN_SESSION: 'There is no such session',
  UNKNOWN_ERROR: 'There is no such error',
  EMAIL_TAKEN: 'The address is taken',
  HOST_ACCOUNTS: 'People are kept elsewhere',
  TOO_MANY_ACTIVE: 'Too many runs at once',
  TOO_LARGE: 'Too large',
  UNSUPPORTED_TYPE: 'Only JSON is understood',
  TOO_MANY_ATTEMPTS: 'Too many attempts',
  UNAVAILABLE: 'Not available just now',
  INTERNAL: 'Something went wrong on the server',
} as const;
export type ProblemCode = keyof typeof problemTitles;

const STATUS: Record<ProblemCode, number> = {
  INVALID_INPUT: 400,
  UNKNOWN_JOB: 400,
  INVALID_PARAMETERS: 400,
  SIGNED_OUT: 401,
  WRONG_CREDENTIALS: 401,
  PASSWORD_EXPIRED: 401,
  CODE_NEEDED: 401,
  SIGN_IN_CODE_WRONG: 401,
  SIGN_IN_ENDED: 401,
  // Not 401, which means to the panel that the session has ended.
  WRONG_PASSWORD: 400,
  PASSWORD_NEEDED: 400,
  WRONG_CODE: 400,
  FORBIDDEN: 403,
  PENDING_STEP: 403,
  FOREIGN_ORIGIN: 403,
  FOREIGN_HOST: 421,
  UNKNOWN_RUN: 404,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  NOT_ALLOWED: 409,
  LEASE_LOST: 409,
  CHANGED: 409,
  DUPLICATE: 409,
  UNKNOWN_BATCH: 404,
  NOT_INSTALLED: 503,
  UNKNOWN_SCHEDULE: 404,
  NAME_TAKEN: 409,
  UNKNOWN_ACCOUNT: 404,
  UNKNOWN_ROLE: 404,
  UNKNOWN_TOKEN: 404,
  UNKNOWN_SESSION: 404,
  UNKNOWN_ERROR: 404,
  EMAIL_TAKEN: 409,
  HOST_ACCOUNTS: 409,
  TOO_MANY_ACTIVE: 429,
  TOO_LARGE: 413,
  UNSUPPORTED_TYPE: 415,
  TOO_MANY_ATTEMPTS: 429,
  UNAVAILABLE: 503,
  INTERNAL: 500,
};
export const statusOf = (code: ProblemCode): number => STATUS[code];
/** The same call, put right or sent later, can succeed. */
const RETRYABLE = new Set<ProblemCode>([
  'INVALID_INPUT',
  'UNKNOWN_JOB',
  'INVALID_PARAMETERS',
  'SIGNED_OUT',
  'WRONG_CREDENTIALS',
  'WRONG_PASSWORD',
  'PASSWORD_NEEDED',
  'CODE_NEEDED',
  'SIGN_IN_CODE_WRONG',
  'SIGN_IN_ENDED',
  'WRONG_CODE',
  'TOO_LARGE',
  'TOO_MANY_ATTEMPTS',
  'TOO_MANY_ACTIVE',
  'UNAVAILABLE',
]);

interface ProblemExtras {
  field?: string;
  issues?: Problem['issues'];
  headers?: Record<string, string>;
  /** What there is instead of what the caller knew. */
  current?: unknown;
}

/** A refused request, as it is answered. `detail` is read by people and holds nothing internal. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';

  constructor(
    readonly code: ProblemCode,
    readonly detail: string,
    readonly extras: ProblemExtras = {},
  ) {
    super(detail);
  }

  get status(): number {
    return statusOf(this.code);
  }
}

/** Answers with a problem, in the shape of `shared/src/errors.ts`. */
export function sendProblem(res: Response, refusal: HttpProblem): void {
  const title = problemTitles[refusal.code];
  const body: Problem = {
    type: `urn:problem:${refusal.code.toLowerCase().replaceAll('_', '-')}`,
    title,
    status: refusal.status,
    detail: refusal.detail,
    code: refusal.code,
    error: title,
    details: refusal.detail,
    retryable: RETRYABLE.has(refusal.code),
    ...(refusal.extras.field === undefined ? {} : { field: refusal.extras.field }),
    ...(refusal.extras.issues === undefined ? {} : { issues: refusal.extras.issues }),
    ...(refusal.extras.current === undefined ? {} : { current: refusal.extras.current }),
  };
  if (refusal.status === 401) res.setHeader('WWW-Authenticate', 'Bearer realm="job-manager"');
  res
    .set(refusal.extras.headers ?? {})
    .status(refusal.status)
    .type('application/problem+json');
  res.send(JSON.stringify(body));
}
