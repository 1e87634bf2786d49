import fc from 'fast-check';
import * as z from 'zod';

/** Values that exist, by the name of the field they go into: made-up ones alone would never get past a 404. */
export type KnownValues = Record<string, readonly unknown[]>;

export interface SampleOptions {
  /** The same seed draws the same values. */
  seed: number;
  count: number;
  known?: KnownValues;
}

/** Draws values that a schema lets in, from its JSON Schema; they may break what that can't express (refinements). */
export function sampleInputs(schema: z.ZodType, { seed, count, known = {} }: SampleOptions): unknown[] {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  return fc.sample(arbitraryOf(root, { root, known, depth: 0 }), { seed, numRuns: count });
}

interface JsonSchema {
  type?: string;
  format?: string;
  pattern?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  minItems?: number;
  maxItems?: number;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
}

interface Place {
  root: JsonSchema;
  known: KnownValues;
  /** How many references deep: a schema may hold itself. */
  depth: number;
}

const DEEPEST = 4;
const LONGEST_LIST = 20;
const LONGEST_TEXT = 2_000;

function arbitraryOf(schema: JsonSchema, place: Place): fc.Arbitrary<unknown> {
  if (schema.$ref !== undefined) return ofReference(schema.$ref, place);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return fc.oneof(...choices.map((choice) => arbitraryOf(choice, place)));
  if (schema.type === 'object') return ofObject(schema, place);
  if (schema.type === 'array') return ofArray(schema, place);
  if (schema.type === 'string') return ofText(schema);
  if (schema.type === 'null') return fc.constant(null);
  if (schema.type === 'boolean') return fc.boolean();
  if (schema.type === 'integer' || schema.type === 'number') return ofNumber(schema);
  return fc.jsonValue({ maxDepth: 3 });
}

function ofReference(reference: string, place: Place): fc.Arbitrary<unknown> {
  const name = reference.split('/').at(-1) ?? '';
  const schema = reference === '#' ? place.root : place.root.$defs?.[name];
  if (!schema) throw new Error(`The schema refers to ${reference}, which it lacks`);
  return arbitraryOf(schema, { ...place, depth: place.depth + 1 });
}

function ofObject(schema: JsonSchema, place: Place): fc.Arbitrary<unknown> {
  const entries = Object.entries(schema.properties ?? {});
  if (entries.length === 0) return fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 5 });
  const required = schema.required ?? [];
  const shallow = entries.filter(([name]) => required.includes(name) || place.depth < DEEPEST);
  const model = Object.fromEntries(shallow.map(([name, field]) => [name, ofField(name, field, place)]));
  return fc.record(model, { requiredKeys: required });
}

function ofField(name: string, schema: JsonSchema, place: Place): fc.Arbitrary<unknown> {
  const made = arbitraryOf(schema, place);
  const known = place.known[name] ?? [];
  if (known.length === 0) return made;
  return fc.oneof({ arbitrary: fc.constantFrom(...known), weight: 3 }, { arbitrary: made, weight: 1 });
}

function ofArray({ items = {}, minItems = 0, maxItems = LONGEST_LIST }: JsonSchema, place: Place) {
  const maxLength = Math.max(minItems, Math.min(maxItems, LONGEST_LIST));
  return fc.array(arbitraryOf(items, place), { minLength: minItems, maxLength });
}

function ofText({ format, pattern, minLength = 0, maxLength = LONGEST_TEXT }: JsonSchema): fc.Arbitrary<string> {
  if (format === 'date-time') return fc.date({ min: EARLIEST, max: LATEST, noInvalidDate: true }).map(toIso);
  if (format === 'uuid') return fc.uuid();
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  const longest = Math.max(minLength, Math.min(maxLength, LONGEST_TEXT));
  const text = fc.oneof(
    fc.string({ minLength, maxLength: longest }),
    fc.string({ unit: 'grapheme', minLength, maxLength: longest }),
    fc.array(anyCharacter, { minLength, maxLength: longest }).map((characters) => characters.join('')),
    fc.emailAddress(),
    fc.constant('x'.repeat(longest)),
  );
  return text.map((chosen) => chosen.slice(0, maxLength)).filter((chosen) => chosen.length >= minLength);
}

/** Of all there are. The library's own begins by listing them, which takes seconds. */
const anyCharacter = fc
  .integer({ min: 0, max: 0x10ffff })
  .map((code) => (code >= 0xd800 && code < 0xe000 ? '\ufffd' : String.fromCodePoint(code)));

const EARLIEST = new Date('0001-01-01T00:00:00.000Z');
const LATEST = new Date('9999-12-31T23:59:59.999Z');
const toIso = (date: Date): string => date.toISOString();

function ofNumber(schema: JsonSchema): fc.Arbitrary<number> {
  const max = schema.maximum ?? Number.MAX_SAFE_INTEGER;
  if (schema.type === 'integer') return fc.integer({ min: schema.minimum ?? Number.MIN_SAFE_INTEGER, max });
  const min = schema.minimum ?? schema.exclusiveMinimum ?? -max;
  return fc.double({ min, max, noNaN: true, minExcluded: schema.exclusiveMinimum !== undefined });
}
