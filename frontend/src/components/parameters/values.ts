import { findInexactness, InexactNumberError, parseExactJson } from '@job-manager/shared/exact-json';
import { parseJson } from '../../lib/json-syntax';
import { hasZone, readLocalInput } from '../../lib/read-time';
import { type ChoiceField, isObject, type ScalarField } from './schema';

/** Parameters as the form has them: the parsed JSON. */
export type Values = Record<string, unknown>;

/** Why the text cannot be sent as parameters, or null. What the job itself demands, the schema and the server check. */
export function parametersProblem(text: string): string | null {
  if (text.trim() === '') return null;
  const parsed = parseJson(text);
  if (!parsed.ok) return `Invalid JSON syntax at line ${parsed.line}, column ${parsed.column}`;
  if (!isObject(parsed.value)) return 'Parameters must be a JSON object: { … }';
  return findInexactNumber(text);
}

/** A number in the text that would be sent as another one, with its path, or null. */
function findInexactNumber(text: string): string | null {
  try {
    parseExactJson(text);
    return null;
  } catch (error) {
    if (error instanceof InexactNumberError) return error.message;
    throw error;
  }
}

/** The parameters in a valid text; none when it is empty. */
export function readParameters(text: string): Values {
  const value: unknown = text.trim() === '' ? {} : JSON.parse(text);
  return isObject(value) ? value : {};
}

export const formatParameters = (parameters: unknown): string => JSON.stringify(parameters, null, 2);

/** What stands at a path, through objects and lists; undefined where it or an object around it is missing. */
export function valueAt(values: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, name) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Values)[name] : undefined,
    values,
  );
}

/**
 * The parameters with one of them set, or left out for undefined; the order of the others stays. Objects on the way
 * are made where they are missing.
 */
export function withValue(values: Values, path: readonly string[], value: unknown): Values {
  const [name, ...rest] = path;
  if (name === undefined) return values;
  const inner = Object.hasOwn(values, name) && isObject(values[name]) ? values[name] : {};
  const next = rest.length === 0 ? value : withValue(inner, rest, value);
  // Not by assignment: `__proto__` may be the name of a parameter.
  const entries = Object.entries(values).map(([key, other]) => [key, key === name ? next : other] as const);
  if (!Object.hasOwn(values, name)) entries.push([name, next]);
  return Object.fromEntries(entries.filter(([, one]) => one !== undefined));
}

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * What a typed text stands for: nothing, a number or a time where one is wanted, or itself, which the check then names.
 */
export function readScalar({ kind }: Pick<ScalarField | ChoiceField, 'kind'>, text: string): unknown {
  if (text === '') return undefined;
  const trimmed = text.trim();
  if (kind === 'integer' || kind === 'number')
    return NUMBER.test(trimmed) && findInexactness(trimmed) === null ? Number(trimmed) : text;
  if (kind === 'time') return hasZone(trimmed) ? trimmed : (readLocalInput(trimmed) ?? text);
  return kind === 'date' ? trimmed : text;
}

/** A value as a one-line field shows it. */
export function formatScalar(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** A text that would be a number if a number held it exactly: why it isn't; null for any other value. */
export const findInexactText = (value: unknown): string | null =>
  typeof value === 'string' && NUMBER.test(value.trim()) ? findInexactness(value.trim()) : null;

/** Whether two JSON values are the same; the order of keys doesn't matter. */
export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((value, index) => isSame(value, b[index]));
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isSame(a[key], b[key]));
}
