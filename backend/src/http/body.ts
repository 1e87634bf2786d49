import { isWithinDepth, limits } from '@job-manager/shared/limits';
import express, { type Request, type RequestHandler } from 'express';
import { HttpProblem } from './problem.js';

/** NUL, which PostgreSQL stores in no text, or half a surrogate pair, which is no text at all. */
const UNSTORABLE = /\0|\p{Surrogate}/u;

/** What broke a page may well be such a text: reports of errors are cleaned where others are refused. */
const ERROR_REPORTS = '/errors';

/** The call that queues thousands of runs. */
const BATCHES = '/admin/jobs/batches';

const parserOf = (limit: number): RequestHandler =>
  express.json({ limit, inflate: false, type: () => true, strict: false });
const parse = parserOf(limits.bodyBytes);
const parseLarge = parserOf(limits.batchBodyBytes);

/** Whether the body of this call may have more than 64 kB. */
export const isLargeCall = (req: Request): boolean => req.method === 'POST' && req.path === BATCHES;

const limitOf = (req: Request): number => (isLargeCall(req) ? limits.batchBodyBytes : limits.bodyBytes);

/** What is told of a body beyond the limit of its call. */
export function bodyTooLarge(limit: number): HttpProblem {
  const most = limit === limits.bodyBytes ? '64 kB' : `${limit / 1024 ** 2} MB`;
  return new HttpProblem('TOO_LARGE', `The body has more than ${most}.`);
}

/** Reads the body: JSON of at most 64 kB, or 8 MB, an object, not too deep, text that can be stored. No body is `{}`. */
export const readBody: RequestHandler[] = [
  (req, _res, next) => {
    checkType(req);
    if (hasBody(req) && req.readableEnded) req.body = takeOver(req.body, limitOf(req));
    next();
  },
  (req, res, next) => (isLargeCall(req) ? parseLarge : parse)(req, res, next),
  (req, _res, next) => {
    req.body = checkBody(req.body ?? {}, { isCleanedLater: req.path === ERROR_REPORTS });
    next();
  },
];

/** Refuses what no text column can hold in path or query; the body is looked at when it is read. */
export function checkUrl(req: Request): void {
  if (/%00/.test(req.originalUrl)) throw new HttpProblem('INVALID_INPUT', 'The address has a NUL character.');
}

const hasBody = (req: Request): boolean =>
  req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;

/** An application around us may have read the body already, parsed or not; our own parser then leaves it alone. */
function takeOver(body: unknown, limit: number): unknown {
  if (body === undefined) {
    throw new Error('The body was read before Job Manager was asked, and left nowhere: mount Job Manager before that');
  }
  const text = typeof body === 'string' || Buffer.isBuffer(body) ? body.toString() : undefined;
  const parsed = text === undefined ? body : parseJson(text);
  // Only what isn't too deep can be written down; the rest is refused next.
  const bytes = isWithinDepth(parsed) ? Buffer.byteLength(JSON.stringify(parsed)) : 0;
  if (bytes > limit) throw bodyTooLarge(limit);
  return parsed;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpProblem('INVALID_INPUT', 'The body is not valid JSON.');
  }
}

function checkType(req: Request): void {
  if (hasBody(req) && !req.is('application/json')) {
    throw new HttpProblem('UNSUPPORTED_TYPE', 'Send the body as application/json.');
  }
}

function checkBody(body: unknown, { isCleanedLater }: { isCleanedLater: boolean }): object {
  if (!isWithinDepth(body)) {
    throw new HttpProblem('INVALID_INPUT', `The body is nested deeper than ${limits.jsonDepth}.`);
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new HttpProblem('INVALID_INPUT', 'The body must be a JSON object.');
  }
  const at = isCleanedLater ? null : findUnstorable(body, '');
  if (at !== null) {
    const message = 'has a NUL character or half a surrogate pair';
    const field = at.split('.')[0];
    throw new HttpProblem('INVALID_INPUT', `${at}: ${message}`, { field, issues: [{ path: at, message }] });
  }
  return body;
}

/** Dotted path of the first text, key or value, that can't be stored. Recursion is safe: the depth is known to be small. */
function findUnstorable(value: unknown, path: string): string | null {
  if (typeof value === 'string') return UNSTORABLE.test(value) ? path : null;
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, inner] of Object.entries(value)) {
    if (UNSTORABLE.test(key)) return path === '' ? 'body' : path;
    const found = findUnstorable(inner, path === '' ? key : `${path}.${key}`);
    if (found !== null) return found;
  }
  return null;
}
