import { inspect, types } from 'node:util';
import { cutText } from '@job-manager/shared/cut-text';
import { limits } from '@job-manager/shared/limits';
import { storableData } from './message-line.js';
import type { Redaction } from './redaction.js';

/** An error and the errors within it, however deep: more are not read. */
const MAX_REASONS = 20;
/** Of one error, so that those within it have room too. */
const MAX_ERROR_CHARS = 8_000;
/** Of a message in a stack, for the frames come after it. */
const MAX_MESSAGE_CHARS = 1_000;

/** Also those of another realm. */
export const isError = (thrown: unknown): thrown is Error => thrown instanceof Error || types.isNativeError(thrown);

/**
 * An error in one sentence: its message, or else that of its first reason, with the code and the status that
 * it carries.
 */
export function errorMessage(error: Error): string {
  const code = codeOf(error);
  const text =
    ownMessage(error) || firstReason(error) || code || nameOf(error) || 'The job threw an error without a message';
  const status = readField(error, 'status') ?? readField(error, 'statusCode');
  const beside = [code, typeof status === 'number' ? `status ${status}` : null].filter(
    (part) => part !== null && !text.includes(part.replace('status ', '')),
  );
  return beside.length === 0 ? text : `${text} (${beside.join(', ')})`;
}

/** Programs set messages and names of errors that are not strings, contrary to the types. */
function ownMessage({ message }: { message?: unknown }): string {
  if (typeof message === 'string') return message;
  return message === undefined || message === null ? '' : inspect(message, { depth: 2, breakLength: Infinity });
}

const nameOf = ({ name }: { name?: unknown }): string => (typeof name === 'string' ? name : 'Error');

function codeOf(error: Error): string | null {
  const code = readField(error, 'code');
  const isCode = typeof code === 'number' || (typeof code === 'string' && /^[\w.:-]{1,80}$/.test(code));
  return isCode ? String(code) : null;
}

/** Own ones alone: every DOMException inherits a number without meaning. */
const readField = (error: Error, key: string): unknown =>
  Object.hasOwn(error, key) ? (error as unknown as Record<string, unknown>)[key] : undefined;

function firstReason(error: Error): string | null {
  const [reason] = reasonsOf(error);
  if (reason === undefined) return null;
  const { thrown } = reason;
  if (isError(thrown)) return ownMessage(thrown) || codeOf(thrown);
  return typeof thrown === 'string' ? thrown : inspect(thrown, { depth: 1, breakLength: Infinity });
}

interface Reason {
  label: string;
  thrown: unknown;
}

/** What is in an error: the errors that it stands for, and its cause. */
function reasonsOf(error: Error): Reason[] {
  const { cause, errors } = error as { cause?: unknown; errors?: unknown };
  const several = Array.isArray(errors) ? errors.slice(0, MAX_REASONS) : [];
  return [
    ...several.map((thrown, at) => ({ label: `Reason ${at + 1} of ${(errors as unknown[]).length}`, thrown })),
    ...(cause === undefined || cause === null ? [] : [{ label: 'Caused by', thrown: cause }]),
  ];
}

/** The stack of an error and of all reasons in it, each with the fields that it carries, without secrets in these. */
export function stackWithReasons(error: Error, redaction: Redaction): string {
  const seen = new Set<unknown>();
  const parts: string[] = [];
  const add = (label: string, thrown: unknown): void => {
    if (parts.length > MAX_REASONS) return;
    if (parts.length === MAX_REASONS) return void parts.push('… more reasons were left out');
    const before = label === '' ? '' : `${label}: `;
    if (seen.has(thrown)) return void parts.push(`${before}the error above, again`);
    if (typeof thrown === 'object') seen.add(thrown);
    parts.push(before + describe(thrown, redaction));
    for (const reason of readReasons(thrown)) add(reason.label, reason.thrown);
  };
  add('', error);
  return parts.join('\n');
}

const UNREADABLE = 'something that cannot be read';

function readReasons(thrown: unknown): Reason[] {
  try {
    return isError(thrown) ? reasonsOf(thrown) : [];
  } catch {
    return [];
  }
}

function describe(thrown: unknown, redaction: Redaction): string {
  try {
    return cutText(isError(thrown) ? ownStack(thrown, redaction) : textOf(thrown, redaction), MAX_ERROR_CHARS);
  } catch {
    return UNREADABLE;
  }
}

function textOf(thrown: unknown, redaction: Redaction): string {
  if (typeof thrown !== 'object' || thrown === null) return String(thrown);
  return storableData(thrown, redaction) ?? UNREADABLE;
}

function ownStack(error: Error, redaction: Redaction): string {
  const message = ownMessage(error);
  const stack = typeof error.stack === 'string' ? error.stack : `${nameOf(error)}: ${message}`;
  // A function, for a message may have `$&` in it.
  const short =
    message.length > MAX_MESSAGE_CHARS ? stack.replace(message, () => cutText(message, MAX_MESSAGE_CHARS)) : stack;
  const lines = short.split('\n');
  const kept = lines.findIndex((line) => /^\s+at /.test(line)) + limits.stackFrames;
  const rest =
    lines.length > Math.max(kept, limits.stackFrames) ? [`    … ${lines.length - kept} more lines were left out`] : [];
  const fields = fieldsOf(error, redaction);
  return [
    ...(rest.length === 0 ? lines : lines.slice(0, kept)),
    ...rest,
    ...(fields === null ? [] : [`    ${fields}`]),
  ].join('\n');
}

/** Or left out: a request with all its settings describes the program and not the failure. */
const SHOWN_ELSEWHERE = ['name', 'message', 'stack', 'cause', 'config', 'request'];

/** What else an error carries, such as `code`, `syscall` and `address`; of a response its status and data. */
function fieldsOf(error: Error, redaction: Redaction): string | null {
  const { response, ...fields } = { ...error } as Record<string, unknown>;
  for (const key of SHOWN_ELSEWHERE) delete fields[key];
  // A list of them are reasons; validators have one by field.
  if (Array.isArray(fields.errors)) delete fields.errors;
  const answer = answerOf(response);
  const all = answer === null ? fields : { ...fields, response: answer };
  return Object.keys(all).length === 0 ? null : storableData(all, redaction);
}

function answerOf(response: unknown): object | null {
  if (typeof response !== 'object' || response === null) return null;
  const { status, statusCode, statusText, data, body } = response as Record<string, unknown>;
  // A stream has no text yet.
  return { status, statusCode, statusText, data, ...(typeof body === 'string' && { body }) };
}
