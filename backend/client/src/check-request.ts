import { checkParameters } from './check-parameters.js';
import { refusal } from './errors.js';
import type { BatchCallback, RunRequest, UniqueKey } from './request.js';
import {
  describeUnknown,
  isPlainText,
  jobRunTriggers,
  limits,
  NOT_PLAIN,
  onConflicts,
  uniqueScopes,
  waitConditions,
} from './shared.js';
import { spanContextOf } from './tracing.js';

const MAX_RUN_ID = 9_223_372_036_854_775_807n;

/** Returns what is wrong with a value, or null. */
type Check = (value: unknown) => string | null;

const text =
  (most: number): Check =>
  (value) => {
    if (typeof value !== 'string' || value.length === 0) return 'must be a text';
    if (value.length > most) return `must have at most ${most} characters, and has ${value.length}`;
    return /\0|\p{Surrogate}/u.test(value) ? 'has a NUL character or half a surrogate pair' : null;
  };

const whole =
  (least: number, most: number): Check =>
  (value) =>
    Number.isInteger(value) && Number(value) >= least && Number(value) <= most
      ? null
      : `must be a whole number from ${least} to ${most}`;

const TOO_FAR = 'must be within the next 10 years';

const duration =
  (least: number): Check =>
  (value) => {
    if (!Number.isInteger(value) || Number(value) < least)
      return `must be a whole number of milliseconds, from ${least}`;
    return Number(value) <= limits.farMs ? null : `must be at most ${limits.farMs}, which are 10 years`;
  };

const oneOf =
  (values: readonly string[]): Check =>
  (value) =>
    values.includes(value as string) ? null : `must be one of ${values.join(', ')}`;

const label =
  (most: number): Check =>
  (value) =>
    text(most)(value) ?? (isPlainText(String(value)) ? null : NOT_PLAIN);

const channel: Check = (value) =>
  typeof value === 'string' && /^[a-z][a-z0-9-]{0,99}$/.test(value)
    ? null
    : 'must begin with a lower case letter; lower case letters, digits and hyphens, at most 100';

/**
 * A time needs its offset: JavaScript reads any other text in the time zone of the process, and changes days that do
 * not exist into others.
 */
const ISO_TIME = /^(\d{4})-(\d\d)-(\d\d)T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/;

function isIsoTime(text: string): boolean {
  const [, year, month, day] = ISO_TIME.exec(text) ?? [];
  return day !== undefined && new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate() >= Number(day);
}

const time: Check = (value) => {
  if (!(value instanceof Date) && !(typeof value === 'string' && isIsoTime(value)))
    return 'must be a Date, or a text such as 2026-12-24T18:00:00Z';
  const at = new Date(value);
  const year = at.getUTCFullYear();
  if (!(year >= 1 && year <= 9999)) return 'is no time';
  // Uses the clock of this process: this check for mistakes needs no exact one.
  return at.getTime() <= Date.now() + limits.farMs ? null : TOO_FAR;
};

const runId: Check = (value) =>
  typeof value === 'string' && /^[1-9]\d{0,18}$/.test(value) && BigInt(value) <= MAX_RUN_ID
    ? null
    : 'must be the number of a run, as a text';

const factor: Check = (value) =>
  typeof value === 'number' && value >= 1 && value <= 100 ? null : 'must be a number from 1 to 100';

const anything: Check = () => null;

/** Checks of each option by itself. Checks of several options together follow below. */
const REQUEST: Record<keyof RunRequest, Check> = {
  jobName: text(100),
  parameters: anything,
  channel,
  priority: whole(-limits.priority, limits.priority),
  runAt: time,
  delayMs: duration(0),
  scope: label(200),
  correlationId: text(limits.correlationChars),
  traceparent: (value) =>
    typeof value === 'string' && spanContextOf(value) ? null : 'must be a trace context as W3C has it, of version 00',
  maxAttempts: whole(1, limits.attempts),
  retry: anything,
  timeoutMs: (value) => (value === null ? null : duration(1)(value)),
  after: anything,
  when: oneOf(waitConditions),
  unique: anything,
  idempotencyKey: text(200),
  rerunOfId: runId,
  trigger: oneOf(jobRunTriggers),
};

const RETRY: Record<keyof NonNullable<RunRequest['retry']>, Check> = {
  backoffMs: duration(0),
  factor,
  maxBackoffMs: duration(0),
};

const UNIQUE: Record<keyof UniqueKey, Check> = {
  key: text(limits.uniqueKeyChars),
  scope: oneOf(uniqueScopes),
  periodMs: duration(1),
  onConflict: oneOf(onConflicts),
  maxWaitMs: duration(0),
};

/**
 * Checks everything in a request that needs neither the code of its job nor the database. `at` is the prefix of the
 * path in an error. Returns the parameters as JSON. Throws QueueError.
 */
export function checkRequest(request: RunRequest, at = ''): string {
  checkFields(request, REQUEST, at);
  if (request.jobName === undefined) throw refusal('INVALID_INPUT', `${at}jobName`, 'is missing');
  const parameters = checkParameters(request.parameters ?? {}, `${at}parameters`);
  if (request.retry !== undefined) checkFields(request.retry, RETRY, `${at}retry.`);
  if (request.runAt !== undefined && request.delayMs !== undefined) {
    throw refusal('INVALID_INPUT', `${at}delayMs`, 'goes without runAt: a run has one time');
  }
  checkAfter(request, at);
  if (request.unique !== undefined) checkUnique(request, request.unique, at);
  return parameters;
}

/** The same for the run that a batch calls back. Throws QueueError. */
export function checkCallback({ when, ...callback }: BatchCallback): void {
  checkFields({ when }, { when: REQUEST.when }, 'callback.');
  checkRequest(callback, 'callback.');
}

function checkFields(given: object, checks: Record<string, Check>, at: string): void {
  if (typeof given !== 'object' || given === null) throw refusal('INVALID_INPUT', at.slice(0, -1), 'must be an object');
  for (const [field, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const problem = Object.hasOwn(checks, field)
      ? checks[field]?.(value)
      : describeUnknown(field, Object.keys(checks), 'option');
    if (problem) throw refusal('INVALID_INPUT', `${at}${field}`, problem);
  }
}

function checkAfter({ after, when }: RunRequest, at: string): void {
  if (after === undefined) {
    if (when !== undefined) throw refusal('INVALID_INPUT', `${at}when`, 'goes with after, and only with it');
    return;
  }
  if (!Array.isArray(after) || after.length < 1 || after.length > limits.dependencies) {
    throw refusal('INVALID_INPUT', `${at}after`, `must be a list of 1 to ${limits.dependencies} runs`);
  }
  for (const [place, wanted] of after.entries()) {
    const problem =
      typeof wanted === 'object' && wanted !== null ? whole(0, limits.batchRuns)(wanted.index) : runId(wanted);
    if (problem) throw refusal('INVALID_INPUT', `${at}after.${place}`, problem);
  }
}

function checkUnique({ after, when }: RunRequest, unique: UniqueKey, at: string): void {
  checkFields(unique, UNIQUE, `${at}unique.`);
  if (unique.key === undefined) throw refusal('INVALID_INPUT', `${at}unique.key`, 'is missing');
  if ((unique.scope === 'period') !== (unique.periodMs !== undefined)) {
    throw refusal('INVALID_INPUT', `${at}unique.periodMs`, 'goes with the scope "period", and only with it');
  }
  if (unique.maxWaitMs !== undefined && unique.onConflict !== 'replace') {
    throw refusal('INVALID_INPUT', `${at}unique.maxWaitMs`, 'goes with onConflict "replace", and only with it');
  }
  if (after === undefined) return;
  // A run has one condition for all runs it waits for; of the earlier runs with its key it expects only that they end.
  if (unique.onConflict === 'after' && when !== 'finished') {
    throw refusal('INVALID_INPUT', `${at}when`, 'must be "finished" where a run also waits behind others of its key');
  }
  if (unique.onConflict === 'replace') {
    throw refusal(
      'INVALID_INPUT',
      `${at}unique.onConflict`,
      '"replace" goes without after: the queued run keeps what it waits for',
    );
  }
}
