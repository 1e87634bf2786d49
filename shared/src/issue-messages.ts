import type * as z from 'zod';
import { describeUnknown, listed } from './nearest.js';

type RawIssue = z.core.$ZodRawIssue;

/**
 * The messages of zod's issues in plain words, as a `error` of one parse. They follow the path of the value: `must be
 * a text`. A message of the schema itself goes first. `noun` is what a field at the top is: `parameter of this job`.
 * Unknown keys of one object are one issue; its message has a line for each.
 */
export const issueMessages =
  (noun: string): z.core.$ZodErrorMap =>
  (issue) =>
    describe(issue, noun);

function describe(issue: RawIssue, noun: string): string {
  if (issue.code === 'unrecognized_keys') return describeUnknownKeys(issue, noun);
  if (issue.input === undefined && (issue.path ?? []).length > 0) return 'is missing';
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${typeName(issue.expected)}${received(issue.input, issue.expected)}`;
    case 'invalid_value':
      return `must be ${oneOf(issue.values)}`;
    case 'too_small':
      return describeBound(issue, { bound: issue.minimum, least: true });
    case 'too_big':
      return describeBound(issue, { bound: issue.maximum, least: false });
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'invalid_format':
      return describeFormat(issue);
    case 'invalid_union':
      return describeUnion(issue);
    case 'invalid_key':
    case 'invalid_element':
      return `has ${issue.code === 'invalid_key' ? 'a key' : 'an entry'} that ${join(issue.issues.map(inPlace), ' and ')}`;
    default:
      return 'is not valid';
  }
}

function describeUnknownKeys(
  { keys, inst, path = [] }: Extract<RawIssue, { code: 'unrecognized_keys' }>,
  noun: string,
) {
  const shape = (inst as { _zod?: { def?: { shape?: object } } } | undefined)?._zod?.def?.shape ?? {};
  const known = Object.keys(shape);
  const parent = path.findLast((part) => typeof part === 'string');
  const what = parent === undefined ? noun : `field of ${String(parent)}`;
  return keys.map((key) => describeUnknown(key, known, what)).join('\n');
}

const TYPES: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  bigint: 'a bigint',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'an object',
  record: 'an object',
  date: 'a date',
  map: 'a map',
  set: 'a set',
  file: 'a file',
  null: 'null',
  undefined: 'left out',
  void: 'left out',
  never: 'left out',
  nan: 'NaN',
  function: 'a function',
  symbol: 'a symbol',
};
const typeName = (type: string): string => TYPES[type] ?? `a ${type}`;

/** What came instead, where that helps. */
function received(input: unknown, expected: string): string {
  if (typeof input === 'number' && !Number.isInteger(input) && ['number', 'int'].includes(expected)) {
    // A text that is no number has become NaN on the way.
    return Number.isNaN(input) ? '' : `, not ${input}`;
  }
  const type = input === null ? 'null' : Array.isArray(input) ? 'array' : typeof input;
  return type === 'undefined' || type === expected ? '' : `, not ${typeName(type)}`;
}

const written = (value: unknown): string => (typeof value === 'string' ? JSON.stringify(value) : String(value));

const oneOf = (values: readonly unknown[]): string =>
  values.length === 1 ? written(values[0]) : `one of ${listed(values)}`;

const UNITS: Record<string, [one: string, many: string]> = {
  string: ['character', 'characters'],
  array: ['entry', 'entries'],
  set: ['entry', 'entries'],
  map: ['entry', 'entries'],
  file: ['byte', 'bytes'],
};

type Bounded = Extract<RawIssue, { code: 'too_small' | 'too_big' }>;

function describeBound(issue: Bounded, { bound, least }: { bound: number | bigint; least: boolean }): string {
  const { origin, input } = issue;
  const units = UNITS[origin];
  if (units === undefined) {
    const limit = origin === 'date' ? new Date(Number(bound)).toISOString() : String(bound);
    if (issue.inclusive === false) return `must be ${least ? 'more' : 'less'} than ${limit}`;
    return `must be at ${least ? 'least' : 'most'} ${limit}`;
  }
  if (least && Number(bound) === 1 && issue.exact !== true && isEmpty(input)) return 'must not be empty';
  const how = issue.exact === true ? 'exactly' : least ? 'at least' : 'at most';
  const size = sizeOf(input);
  return `must have ${how} ${bound} ${Number(bound) === 1 ? units[0] : units[1]}${size === undefined ? '' : `, and has ${size}`}`;
}

const isEmpty = (input: unknown): boolean => sizeOf(input) === 0;

function sizeOf(input: unknown): number | undefined {
  if (typeof input === 'string' || Array.isArray(input)) return input.length;
  return input instanceof Set || input instanceof Map ? input.size : undefined;
}

const FORMATS: Record<string, string> = {
  email: 'an e-mail address',
  url: 'a URL',
  uuid: 'a UUID',
  guid: 'a UUID',
  datetime: 'a time such as 2026-12-24T18:00:00Z',
  date: 'a date such as 2026-12-24',
  time: 'a time of day such as 18:00:00',
  duration: 'an ISO duration such as P1DT2H',
  ipv4: 'an IPv4 address',
  ipv6: 'an IPv6 address',
  base64: 'base64',
  json_string: 'JSON',
};

function describeFormat(issue: Extract<RawIssue, { code: 'invalid_format' }>): string {
  const { format, prefix, suffix, includes, pattern } = issue as Record<string, unknown>;
  if (format === 'starts_with') return `must begin with ${written(prefix)}`;
  if (format === 'ends_with') return `must end with ${written(suffix)}`;
  if (format === 'includes') return `must contain ${written(includes)}`;
  if (format === 'regex') return `must match ${String(pattern)}`;
  return `must be ${FORMATS[String(format)] ?? `a valid ${String(format)}`}`;
}

type Finished = z.core.$ZodIssue;

function describeUnion(issue: Extract<RawIssue, { code: 'invalid_union' }>): string {
  const { errors, options, inclusive } = issue as { errors: Finished[][]; options?: unknown[]; inclusive?: boolean };
  if (Array.isArray(options) && options.length > 0) return `must be ${oneOf(options)}`;
  if (inclusive === false) return 'fits more than one of the forms that it may have';
  // Of the forms it may have, one that fits from the outside was meant.
  const meant = errors.filter((issues) => !issues.some(isOfAnotherKind)).sort((a, b) => a.length - b.length)[0];
  if (meant !== undefined && meant.length > 0) return join(meant.map(inPlace), ' and ');
  const kinds = errors.flat().flatMap((each) => (isOfAnotherKind(each) ? [kindName(each)] : []));
  return kinds.length === 0 ? 'is not valid' : `must be ${[...new Set(kinds)].join(' or ')}`;
}

const isOfAnotherKind = (issue: Finished): boolean =>
  issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value');

const kindName = (issue: Finished): string =>
  issue.code === 'invalid_type' ? typeName(issue.expected) : issue.code === 'invalid_value' ? oneOf(issue.values) : '';

/** An issue within another one. */
const inPlace = ({ path, message }: Finished): string =>
  path.length === 0 ? message : `${path.map(String).join('.')} ${message}`;

const join = (messages: readonly string[], word: string): string => [...new Set(messages)].join(word);
