import * as z from 'zod';
import { issueMessages } from './issue-messages.js';

/** What is wrong with one part of an input. */
export interface InputIssue {
  /** Dotted; empty for the whole. */
  path: string;
  /** Follows the path: `must be at least 1`. */
  message: string;
}

/** What a field of a job's parameters is called that its schema doesn't know. */
export const A_PARAMETER = 'parameter of this job';

export type CheckedInput<Output> = { success: true; data: Output } | { success: false; issues: InputIssue[] };

/**
 * Parses a value by a schema without asynchronous checks; the problems are described in plain words. `noun` is what a
 * field of the value is called, for those that the schema doesn't know.
 */
export function checkInput<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  noun = 'field of this call',
): CheckedInput<z.output<Schema>> {
  const checked = checkForeignInput(schema, value, noun);
  if (!(checked instanceof Promise)) return checked;
  checked.catch(() => {});
  throw new Error('The schema has asynchronous checks');
}

/**
 * The same by a schema of another author: a promise where it has asynchronous checks, and an error that it
 * throws is an issue of the value.
 */
export function checkForeignInput<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  noun: string,
  error: z.core.$ZodErrorMap = issueMessages(noun),
): CheckedInput<z.output<Schema>> | Promise<CheckedInput<z.output<Schema>>> {
  const context: Context = { async: true, error };
  try {
    // Not `safeParse`, which drops the promise of an asynchronous check, nor `safeParseAsync`, which is late for others.
    const result = schema._zod.run({ value, issues: [] }, context);
    if (!(result instanceof Promise)) return answerOf<z.output<Schema>>(result, context);
    return result.then((late) => answerOf<z.output<Schema>>(late, context)).catch(unreadable);
  } catch (error) {
    return unreadable(error);
  }
}

/** One for each parse: zod keeps in it what it has seen of a value. */
type Context = z.core.ParseContextInternal<z.core.$ZodIssue>;

// Outside of the call, which is made for every run: making functions takes longer than checking a small value.
function answerOf<Output>({ value, issues }: z.core.ParsePayload, context: Context): CheckedInput<Output> {
  if (issues.length === 0) return { success: true, data: value as Output };
  const finalized = issues.map((issue) => z.core.util.finalizeIssue(issue, context, z.config()));
  return { success: false, issues: listIssues(finalized) };
}

function unreadable(error: unknown): CheckedInput<never> {
  const reason = error instanceof Error ? error.message : String(error);
  return { success: false, issues: [{ path: '', message: `could not be read by the schema: ${reason}` }] };
}

/** zod reports the limit of whole numbers as well, which is left out where a closer limit is exceeded too. */
const isClosest = (issue: z.core.$ZodIssue, at: number, all: readonly z.core.$ZodIssue[]): boolean =>
  !all.some(
    (other, index) =>
      index > at &&
      other.code === issue.code &&
      (issue.code === 'too_big' || issue.code === 'too_small') &&
      other.path.join('.') === issue.path.join('.'),
  );

/** The issues of zod with dotted paths, each unknown field by itself. */
export function listIssues(issues: readonly z.core.$ZodIssue[]): InputIssue[] {
  return issues.filter(isClosest).flatMap((issue) => {
    const path = issue.path.map(String);
    if (issue.code !== 'unrecognized_keys') return { path: path.join('.'), message: issue.message };
    const messages = issue.message.split('\n');
    return issue.keys.map((key, index) => ({
      path: [...path, key].join('.'),
      message: messages[index] ?? issue.message,
    }));
  });
}

/** The same issues, of a value that is a field of another one. */
export const within = (field: string, issues: readonly InputIssue[]): InputIssue[] =>
  issues.map(({ path, message }) => ({ path: path === '' ? field : `${field}.${path}`, message }));

/** Issues in one line: `batchSize: must be at least 1; dryRun: is missing`. */
export const describeIssues = (issues: readonly InputIssue[]): string =>
  issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
