import { listed } from '@job-manager/shared/nearest';
import type { ListField, ParameterField, ScalarField } from './schema';
import { isObject } from './schema';
import { findInexactText } from './values';

/** The problem of the value at a dotted path. */
export interface Problem {
  path: string;
  message: string;
}

export const MISSING = 'is missing';

/** The problems of the parameters, as far as their schema alone shows them. */
export function problemsOf(fields: readonly ParameterField[], values: unknown): Problem[] {
  const given = isObject(values) ? values : {};
  return fields.flatMap((field) => problemsAt(field, Object.hasOwn(given, field.name) ? given[field.name] : undefined));
}

function problemsAt(field: ParameterField, value: unknown): Problem[] {
  const at = (message: string | null): Problem[] => (message === null ? [] : [{ path: field.path.join('.'), message }]);
  if (value === undefined && !field.isRequired) return [];
  if (value === undefined && field.kind !== 'group') return at(MISSING);
  if (value === null && field.isNullable) return [];
  switch (field.kind) {
    case 'json':
      return [];
    case 'boolean':
      return at(typeof value === 'boolean' ? null : 'must be true or false');
    case 'group': {
      if (value !== undefined && !isObject(value)) return at('must be an object');
      const inner = problemsOf(field.fields, value);
      return value === undefined && inner.length === 0 ? at(MISSING) : inner;
    }
    case 'list':
      return Array.isArray(value) ? listProblems(field, value) : at('must be a list');
    case 'choice':
      return at(field.choices.some((choice) => choice === value) ? null : `must be one of ${listed(field.choices)}`);
    default:
      return at(scalarProblem(field, value));
  }
}

function listProblems(field: ListField, value: readonly unknown[]): Problem[] {
  const { item, minItems, maxItems } = field;
  const path = field.path.join('.');
  const size =
    minItems !== undefined && value.length < minItems
      ? `must have at least ${entries(minItems)}`
      : maxItems !== undefined && value.length > maxItems
        ? `must have at most ${entries(maxItems)}`
        : null;
  const inner = value.flatMap((one, index) => problemsAt({ ...item, path: [...field.path, String(index)] }, one));
  return size === null ? inner : [{ path, message: size }, ...inner];
}

const entries = (count: number): string => `${count} ${count === 1 ? 'entry' : 'entries'}`;
const characters = (count: number): string => `${count} character${count === 1 ? '' : 's'}`;

function scalarProblem(field: ScalarField, value: unknown): string | null {
  if (field.kind === 'integer' || field.kind === 'number') return numberProblem(field, value);
  if (typeof value !== 'string') return 'must be a text';
  if (field.kind === 'date') return isDate(value) ? null : 'must be a date such as 2026-12-24';
  if (field.kind === 'time') return isTime(value) ? null : 'must be a time such as 2026-12-24T18:00:00Z';
  const { minLength, maxLength } = field;
  if (minLength !== undefined && value.length < minLength)
    return value === '' && minLength === 1 ? 'must not be empty' : `must have at least ${characters(minLength)}`;
  return maxLength !== undefined && value.length > maxLength ? `must have at most ${characters(maxLength)}` : null;
}

function numberProblem({ kind, min, max }: ScalarField, value: unknown): string | null {
  if (typeof value !== 'number') return findInexactText(value) ?? 'must be a number';
  if (kind === 'integer' && !Number.isInteger(value)) return 'must be a whole number';
  if (min && (value < min.value || (min.isExclusive && value === min.value)))
    return `must be ${min.isExclusive ? 'more than' : 'at least'} ${min.value}`;
  if (max && (value > max.value || (max.isExclusive && value === max.value)))
    return `must be ${max.isExclusive ? 'less than' : 'at most'} ${max.value}`;
  return null;
}

const isDate = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text);
const isTime = (text: string): boolean => /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) && !Number.isNaN(Date.parse(text));

/** The paths of all fields that are drawn, groups and lists included. */
export function pathsOf(fields: readonly ParameterField[]): string[] {
  return fields.flatMap((field) => [field.path.join('.'), ...(field.kind === 'group' ? pathsOf(field.fields) : [])]);
}

/** The problems at the fields they are about, the first of each; a problem within a field is named by its place in it. */
export function atFields(problems: readonly Problem[], paths: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { path, message } of problems) {
    const field = paths
      .filter((one) => path === one || path.startsWith(`${one}.`))
      .reduce((longest, one) => (one.length > longest.length ? one : longest), '');
    if (field === '') continue;
    found[field] ??= path === field ? message : `${describePlace(path.slice(field.length + 1))}: ${message}`;
  }
  return found;
}

/** "entry 3" for the third of a list. */
const describePlace = (place: string): string => (/^\d+$/.test(place) ? `entry ${Number(place) + 1}` : place);

/** One problem as a sentence about its parameter; one about all of them stands by itself. */
export const describeProblem = ({ path, message }: Problem): string =>
  path === '' ? message.charAt(0).toUpperCase() + message.slice(1) : `${path}: ${message}`;
