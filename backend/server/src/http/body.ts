import { InexactNumberError, parseExactJson } from '@job-manager/shared/exact-json';
import { isWithinDepth, limits } from '@job-manager/shared/limits';
import type { Permission } from '@job-manager/shared/permissions';
import express, { type Request, type RequestHandler } from 'express';
import { HttpProblem } from './problem.js';

/** NUL, which PostgreSQL stores in no text, or half a surrogate pair, which is no text at all. */
const UNSTORABLE = /\0|\p{Surrogate}/u;

/** What broke a page may well be such a text: reports of errors are cleaned where others are refused. */
const ERROR_REPORTS = '/errors';

/**
 * Messages and errors of a run are cleaned where they are stored: no invalid line makes a request with valid ones fail.
 */
const CLEANED_TEXT = /^(?:(?:messages|steps)\.\d+\.)?message$|^error(?:Stack)?$/;

/** Calls with more than 64 kB, and what they need: thousands of runs, or hundreds of lines and long errors. */
const LARGE_CALLS: [path: RegExp, permission: Permission][] = [
  [/^\/admin\/jobs\/batches$/, 'run'],
  [/^\/admin\/jobs\/\d+\/(?:message|progress|complete|fail)$/, 'execute'],
];

/** Calls whose texts are for people: a file name in another encoding must not keep a line from being written. */
const REPORTS = /^\/admin\/jobs\/\d+\/(?:message|progress|fail)$/;

const readerOf = (limit: number): RequestHandler => express.raw({ limit, inflate: false, type: () => true });
const read = readerOf(limits.bodyBytes);
const readLarge = readerOf(limits.largeBodyBytes);

/** The permission that a call needs whose body may have more than 64 kB; undefined for all others. */
export const largeCallNeeds = (req: Request): Permission | undefined =>
  req.method === 'POST' ? LARGE_CALLS.find(([path]) => path.test(req.path))?.[1] : undefined;

const limitOf = (req: Request): number => (largeCallNeeds(req) ? limits.largeBodyBytes : limits.bodyBytes);

/** The error of a body beyond the limit of its call. */
export function bodyTooLarge(limit: number): HttpProblem {
  const most = limit === limits.bodyBytes ? '64 kB' : `${limit / 1024 ** 2} MB`;
  return new HttpProblem('TOO_LARGE', `The body has more than ${most}.`);
}

/**
 * Reads the body: JSON of at most 64 kB, or 8 MB, an object, not too deep, text that can be stored and numbers that
 * are kept as they were written. No body is `{}`.
 */
export const readBody: RequestHandler[] = [
  (req, _res, next) => {
    checkType(req);
    if (hasBody(req) && req.readableEnded) req.body = takeOver(req.body, limitOf(req));
    next();
  },
  (req, res, next) => (largeCallNeeds(req) ? readLarge : read)(req, res, next),
  (req, _res, next) => {
    const body: unknown = Buffer.isBuffer(req.body) ? parseBytes(req.body, REPORTS.test(req.path)) : req.body;
    req.body = checkBody(body ?? {}, { isCleanedLater: req.path === ERROR_REPORTS });
    next();
  },
];

/** Refuses what no text column can hold in path or query; the body is looked at when it is read. */
export function checkUrl(req: Request): void {
  if (/%00/.test(req.originalUrl)) throw new HttpProblem('INVALID_INPUT', 'The address has a NUL character.');
}

const hasBody = (req: Request): boolean =>
  req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;

/** An application around us may have read the body already, parsed or not; our own reader then leaves it alone. */
function takeOver(body: unknown, limit: number): unknown {
  if (body === undefined) {
    throw new Error(
      'The body was read before Job Manager was called, and not kept in request.body: mount Job Manager before that',
    );
  }
  if (Buffer.isBuffer(body) || typeof body === 'string') {
    if (Buffer.byteLength(body) > limit) throw bodyTooLarge(limit);
    return Buffer.isBuffer(body) ? parseBytes(body) : parseText(body);
  }
  // Only what isn't too deep can be written down; the rest is refused next.
  if (!isWithinDepth(body)) return body;
  if (Buffer.byteLength(JSON.stringify(body)) > limit) throw bodyTooLarge(limit);
  const at = findUnsafe(body, '');
  if (at !== null) throw inexact(at, 'too large to be kept exactly; send it as text');
  return body;
}

/** Bytes that are no UTF-8 would silently become other characters. */
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** With `isReport`, bytes that are no UTF-8 are replaced. */
function parseBytes(bytes: Buffer, isReport = false): unknown {
  return parseText(isReport ? bytes.toString('utf8') : decodeStrictly(bytes));
}

function decodeStrictly(bytes: Buffer): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    throw new HttpProblem('INVALID_INPUT', 'The body is not valid UTF-8.');
  }
}

function parseText(text: string): unknown {
  if (text === '') return {};
  try {
    return parseExactJson(text);
  } catch (error) {
    if (error instanceof InexactNumberError) throw inexact(error.path, error.reason);
    throw new HttpProblem('INVALID_INPUT', 'The body is not valid JSON.');
  }
}

function inexact(path: string, message: string): HttpProblem {
  if (path === '') return new HttpProblem('INVALID_INPUT', `The body is a number ${message}.`);
  const field = path.split('.')[0];
  return new HttpProblem('INVALID_INPUT', `${path}: ${message}`, { field, issues: [{ path, message }] });
}

function checkType(req: Request): void {
  if (hasBody(req) && !req.is('application/json')) {
    throw new HttpProblem('UNSUPPORTED_TYPE', 'Send the body as application/json.');
  }
  const charset = /;\s*charset="?([^";\s]*)/i.exec(req.get('content-type') ?? '')?.[1] ?? 'utf-8';
  if (!/^utf-?8$/i.test(charset)) throw new HttpProblem('UNSUPPORTED_TYPE', 'The body must be UTF-8.');
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
  const lost = findPath(body, '', (each, place) => place === 'key' && each === '__proto__');
  if (lost !== null) throw new HttpProblem('INVALID_INPUT', `${lost}: has a field __proto__, which can’t be kept`);
  return body;
}

/** Dotted path of the first text, key or value, that can't be stored. */
const findUnstorable = (value: unknown, path: string): string | null =>
  findPath(value, path, (each, _, at) => typeof each === 'string' && UNSTORABLE.test(each) && !CLEANED_TEXT.test(at));

/** Dotted path of the first number that was perhaps another one before an earlier parser read it. */
const findUnsafe = (value: unknown, path: string): string | null =>
  findPath(value, path, (each) => typeof each === 'number' && Math.abs(each) > Number.MAX_SAFE_INTEGER);

/** Whether a key or value is wrong; a value has a dotted path. */
type Judge = (each: unknown, place: 'key' | 'value', at: string) => boolean;

/** Dotted path of the first key or value that is wrong. Recursion is safe: the depth is known to be small. */
function findPath(value: unknown, path: string, isWrong: Judge): string | null {
  if (typeof value !== 'object' || value === null) return isWrong(value, 'value', path) ? path : null;
  for (const [key, inner] of Object.entries(value)) {
    if (isWrong(key, 'key', '')) return path === '' ? 'body' : path;
    const found = findPath(inner, path === '' ? key : `${path}.${key}`, isWrong);
    if (found !== null) return found;
  }
  return null;
}
