import { findInexactness, InexactNumberError, parseExactJson } from '@job-manager/shared/exact-json';
import { type Parameter, typesOf } from './parameter.js';
import { UsageError } from './usage-error.js';

/** Reads one flag's text as the type its schema requires; arrays take commas or JSON. Throws UsageError. */
export function readValue({ name, schema, types }: Parameter, text: string): unknown {
  if (types.includes('array')) return readArray(name, text, schema.items ? typesOf(schema.items) : []);
  return readScalar(name, text, types);
}

function readArray(name: string, text: string, itemTypes: string[]): unknown[] {
  if (text.trimStart().startsWith('[')) {
    const parsed = parseJson(name, text);
    if (Array.isArray(parsed)) return parsed;
    throw new UsageError(`--${name} starts like a JSON array, but is none.`);
  }
  return text === '' ? [] : text.split(',').map((item) => readScalar(name, item.trim(), itemTypes));
}

const READERS: Record<string, (text: string, name: string) => unknown> = {
  integer: readNumber,
  number: readNumber,
  boolean: (text) => ({ true: true, false: false })[text],
  null: (text) => (text === 'null' ? null : undefined),
  object: (text, name) => {
    const parsed = parseJson(name, text);
    return typeof parsed === 'object' && !Array.isArray(parsed) ? (parsed ?? undefined) : undefined;
  },
  string: (text) => text,
};
/** Text fits any string, so everything else is tried first. */
const ORDER = ['integer', 'number', 'boolean', 'null', 'object', 'string'];

function readScalar(name: string, text: string, types: string[]): unknown {
  if (types.length === 0) return parseJson(name, text) ?? text;
  for (const type of ORDER.filter((each) => types.includes(each))) {
    const value = READERS[type]?.(text, name);
    if (value !== undefined) return value;
  }
  const inexactness = JSON_NUMBER.test(text) ? findInexactness(text) : null;
  if (inexactness !== null) throw new UsageError(`--${name}: ${inexactness}.`);
  throw new UsageError(`--${name} must be ${types.map(describeType).join(' or ')}, not ${JSON.stringify(text)}.`);
}

const JSON_NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i;

/** Whether a whole number is wanted is left to the schema, whose message is better; one that would change is none. */
function readNumber(text: string): number | undefined {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) return undefined;
  const isExact = JSON_NUMBER.test(text) ? findInexactness(text) === null : Math.abs(value) <= Number.MAX_SAFE_INTEGER;
  return isExact ? value : undefined;
}

const DESCRIPTIONS: Record<string, string> = {
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  object: 'a JSON object',
};

/** Describes a type. */
function describeType(type: string): string {
  return DESCRIPTIONS[type] ?? type;
}

/** Undefined for text that is no JSON. Throws UsageError for a number that would change. */
function parseJson(name: string, text: string): unknown {
  try {
    return parseExactJson(text);
  } catch (error) {
    if (error instanceof InexactNumberError) throw new UsageError(`${flagAt(name, error)}: ${error.reason}.`);
    return undefined;
  }
}

/** Where in the value of a flag a number stands: `--filter.age`. */
export const flagAt = (flag: string, { path }: InexactNumberError): string =>
  path === '' ? `--${flag}` : `--${flag}.${path}`;
