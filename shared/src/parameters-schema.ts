import * as z from 'zod';
import { A_PARAMETER, type CheckedInput, checkForeignInput, type InputIssue } from './check-input.js';
import { issueMessages } from './issue-messages.js';

// The JSON Schema of a job's parameters: what its code declares, and the check by it in processes without that code. The
// check may take what the code refuses, as refinements do, for the runner refuses that later. It must never refuse what
// the code takes.

export type JsonSchema = Record<string, unknown>;

/** Marks a part of which the code accepts more than its JSON Schema, such as a text for a number. */
const TAKES_MORE = 'x-takes-more';

/**
 * The JSON Schema of what is given for these parameters. What it can't express is left out. Defaults may be made anew by
 * each call; `withDefaults: false` leaves them out.
 */
export function describeParameters(schema: z.ZodType, { withDefaults = true } = {}): JsonSchema {
  return z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      if (takesMore(zodSchema)) jsonSchema[TAKES_MORE] = true;
      if (!withDefaults) delete jsonSchema.default;
    },
  });
}

type AnySchema = z.core.$ZodTypes;

function takesMore({ _zod: { def, bag } }: AnySchema): boolean {
  if (def.type === 'catch') return true;
  if (def.type === 'pipe') return def.in._zod.def.type === 'transform';
  if ('coerce' in def && def.coerce === true) return true;
  // Such as `trim`, after which the text is another one.
  const checks = def.checks ?? [];
  if (checks.some((check) => check._zod.def.check === 'overwrite')) return true;
  // A pattern of JSON Schema has no flags.
  const { patterns = [] } = bag as { patterns?: Iterable<RegExp> };
  const ofChecks = [def, ...checks.map((check) => check._zod.def)].map(
    (each) => (each as { pattern?: RegExp }).pattern,
  );
  return [...patterns, ...ofChecks].some((pattern) => pattern instanceof RegExp && pattern.flags !== '');
}

/** What is wrong with parameters; nothing for fine. */
export type CheckParameters = (parameters: unknown) => InputIssue[];

/**
 * Makes the check of a JSON Schema that `describeParameters` made, with the same messages; null for one that can't be
 * read.
 */
export function readParametersSchema(json: unknown): CheckParameters | null {
  const formats = new Map<string, string>();
  try {
    // A registry of its own: ids of schemas must be unique in the common one.
    const schema = z.fromJSONSchema(relaxed(json, formats) as z.core.JSONSchema.JSONSchema, { registry: z.registry() });
    const describeIssue = issueMessages(A_PARAMETER);
    const error: z.core.$ZodErrorMap = (issue) => {
      const format = issue.code === 'invalid_format' ? formats.get(String(issue.pattern)) : undefined;
      return describeIssue(format === undefined ? issue : ({ ...issue, format } as typeof issue));
    };
    return (parameters) => {
      const checked = checkForeignInput(schema, parameters, A_PARAMETER, error) as CheckedInput<unknown>;
      return checked.success ? [] : checked.issues;
    };
  } catch {
    return null;
  }
}

const KEPT = [
  ...['type', 'enum', 'const', 'not', '$ref', 'required', 'pattern', 'format'],
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ...['minLength', 'maxLength', 'minItems', 'maxItems', 'uniqueItems', 'minProperties', 'maxProperties'],
];
const SCHEMAS = ['items', 'additionalProperties', 'propertyNames'];
const LISTS = ['prefixItems', 'anyOf', 'oneOf', 'allOf'];
const MAPS = ['properties', 'patternProperties', '$defs'];

/** Of the pattern of a format is only known here which format that is: `formats` gets it, by the pattern as zod names it. */
function relaxed(json: unknown, formats: Map<string, string>): JsonSchema {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return json as JsonSchema;
  const schema = json as JsonSchema;
  if (schema[TAKES_MORE] === true) return {};
  const within = (part: unknown) => relaxed(part, formats);
  const kept: JsonSchema = {};
  for (const key of KEPT) if (key in schema) kept[key] = schema[key];
  for (const key of SCHEMAS) if (key in schema) kept[key] = within(schema[key]);
  // One of several forms is taken for any of them: two that are relaxed may both fit.
  for (const key of LISTS)
    if (Array.isArray(schema[key])) kept[key === 'oneOf' ? 'anyOf' : key] = schema[key].map(within);
  for (const key of MAPS) if (isObject(schema[key])) kept[key] = mapValues(schema[key], within);
  if (Array.isArray(kept.required) && isObject(schema.properties)) {
    const { properties } = schema;
    kept.required = kept.required.filter((name) => (properties[name] as JsonSchema | undefined)?.[TAKES_MORE] !== true);
  }
  // Keys are texts, and those of a record of numbers are texts of numbers.
  if (isObject(kept.propertyNames) && ['number', 'integer'].includes(String(kept.propertyNames.type)))
    delete kept.propertyNames;
  return schema.type === 'string' ? withoutFormat(kept, formats) : kept;
}

/** The pattern is exact, as a format that each reader knows a little otherwise is not; the format still names it. */
function withoutFormat({ format, ...kept }: JsonSchema, formats: Map<string, string>): JsonSchema {
  const patterns = Array.isArray(kept.allOf) ? kept.allOf : [];
  const pattern = kept.pattern ?? patterns[0]?.pattern;
  if (typeof pattern !== 'string') return format === undefined ? kept : { ...kept, format };
  if (typeof format === 'string') formats.set(String(new RegExp(pattern)), NAMES[format] ?? format);
  return patterns.length === 0 ? kept : { ...kept, allOf: patterns.map((part) => ({ type: 'string', ...part })) };
}

/** What zod calls formats of JSON Schema. */
const NAMES: Record<string, string> = { uri: 'url', 'date-time': 'datetime' };

const isObject = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const mapValues = (object: JsonSchema, change: (value: unknown) => unknown): JsonSchema =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
