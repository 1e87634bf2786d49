import { checkInput, describeIssues, type InputIssue } from '@job-manager/shared/check-input';
import { ORPCError, ValidationError } from '@orpc/server';
import type { Request } from 'express';
import * as z from 'zod';
import { HttpProblem } from './problem.js';
import { type ApiRoute, takesKey } from './routes.js';

/**
 * Refuses fields that stand where their call doesn't read them: in query, body or path; and in the query what isn't one
 * value under a plain name. Throws a 400 problem.
 */
export function checkPlaces(req: Request, route: ApiRoute): void {
  const given = [...new URLSearchParams(queryOf(req)).keys()];
  const query = [...new Set(given)];
  const body = Object.keys(req.body ?? {});
  const [read, unread, where] = route.method === 'GET' ? [query, body, 'query'] : [body, query, 'body'];
  const issues = [
    ...(route.method === 'GET' ? manifold(given) : []),
    ...unread.map((path) => ({ path, message: `must be in the ${where}: this call reads no others` })),
    ...read
      .filter((path) => route.path.includes(`{${path}}`))
      .map((path) => ({ path, message: 'is in the path already' })),
  ];
  if (issues.length > 0) throw invalidInput(issues);
}

/**
 * Refuses what stands for a number in the query and is none as people write it. `Number` reads an empty text as 0, and
 * `0x10` and `1e1` as well: a script with an empty variable would get another page than it requested. Throws a 400
 * problem.
 */
export function checkNumbers(req: Request, schema: unknown): void {
  if (!(schema instanceof z.ZodObject)) return;
  const issues = [...new URLSearchParams(queryOf(req))]
    .filter(([name, value]) => isCoercedNumber(schema.shape[name]) && !/^-?\d+(?:\.\d+)?$/.test(value))
    .map(([path]) => ({ path, message: 'must be a number, such as 12' }));
  if (issues.length > 0) throw invalidInput(issues);
}

function isCoercedNumber(field: unknown): boolean {
  if (field instanceof z.ZodDefault || field instanceof z.ZodOptional) return isCoercedNumber(field.unwrap());
  return field instanceof z.ZodNumber && field._zod.def.coerce === true;
}

/** What follows the first question mark; another one is a character of it. */
const queryOf = (req: Request): string => req.originalUrl.replace(/^[^?]*\??/, '');

/**
 * Repeated and in brackets, one parser reads a list or an object there, and another one the first or last value alone.
 */
function manifold(names: string[]): InputIssue[] {
  const nested = names.filter((name) => /[[\]\\]/.test(name));
  const repeated = names.filter((name, at) => names.indexOf(name) !== at);
  return [
    ...nested.map((name) => ({
      path: name.split(/[[\]\\]/, 1)[0] ?? '',
      message: 'must be one value, without brackets',
    })),
    ...repeated.filter((name) => !nested.includes(name)).map((path) => ({ path, message: 'must be there once' })),
  ].filter(({ path }, at, all) => all.findIndex((issue) => issue.path === path) === at);
}

/** Refuses any field of a call that takes none. Throws a 400 problem. */
export function refuseFields(input: unknown): void {
  const fields = typeof input === 'object' && input !== null ? Object.keys(input) : [];
  if (fields.length > 0) throw invalidInput(fields.map((path) => ({ path, message: 'is no field of this call' })));
}

interface GivenInput {
  route: ApiRoute;
  schema: unknown;
  input: unknown;
}

/** What an input that doesn't fit the contract is refused with; any other error as it is. */
export function refusalOfInput(error: unknown, { route, schema, input }: GivenInput): unknown {
  if (!(error instanceof ORPCError && error.code === 'BAD_REQUEST')) return error;
  if (!(error.cause instanceof ValidationError) || !(schema instanceof z.ZodType)) return error;
  // A second time, for the message: valid input is checked once.
  const checked = checkInput(schema, input);
  if (checked.success) return error;
  return invalidInput(takesKey(route) ? checked.issues.map(pointToHeader) : checked.issues);
}

/** The key is a field in the client package, and a header over HTTP. */
const pointToHeader = (issue: InputIssue): InputIssue =>
  /^idempotency[-_]?key$/i.test(issue.path)
    ? { ...issue, message: 'is no field of this call; send it as the header Idempotency-Key' }
    : issue;

function invalidInput(issues: InputIssue[]): HttpProblem {
  const field = issues[0]?.path.split('.')[0] || undefined;
  return new HttpProblem('INVALID_INPUT', describeIssues(issues), { field, issues });
}
