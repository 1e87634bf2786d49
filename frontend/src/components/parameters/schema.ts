interface Bound {
  value: number;
  /** The value itself is out of it. */
  isExclusive: boolean;
}

interface Common {
  /** Where it stands in the parameters: `['window', 'from']`. */
  path: readonly string[];
  name: string;
  description: string;
  isRequired: boolean;
  isNullable: boolean;
  /** What holds where it is left out. */
  fallback?: unknown;
}

export interface ScalarField extends Common {
  kind: 'text' | 'integer' | 'number' | 'date' | 'time';
  /** Of numbers. */
  min?: Bound;
  max?: Bound;
  /** Characters of texts. */
  minLength?: number;
  maxLength?: number;
}

export interface ChoiceField extends Common {
  kind: 'choice';
  choices: readonly (string | number | boolean)[];
}

export interface ListField extends Common {
  kind: 'list';
  item: ScalarField | ChoiceField;
  minItems?: number;
  maxItems?: number;
}

export interface GroupField extends Common {
  kind: 'group';
  fields: readonly ParameterField[];
}

export type ParameterField =
  | ScalarField
  | ChoiceField
  | ListField
  | GroupField
  | (Common & { kind: 'boolean' })
  /** What can't be drawn: it is edited in the JSON. */
  | (Common & { kind: 'json' });

type Schema = Record<string, unknown>;

/** Objects within the parameters, and within those; deeper ones are left to the JSON. */
const MAX_DEPTH = 2;

/** The fields of a job's parameters, from their JSON Schema. */
export function fieldsOf(schema: Schema): ParameterField[] {
  return fieldsIn(schema, [], 0);
}

function fieldsIn(schema: Schema, path: readonly string[], depth: number): ParameterField[] {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required) ? schema.required : [];
  return Object.entries(properties).map(([name, property]) => {
    const outer = isObject(property) ? property : {};
    const { part, isNullable } = withoutNull(outer);
    const common: Common = {
      path: [...path, name],
      name,
      description: textOf(outer.description) ?? textOf(part.description) ?? '',
      isRequired: required.includes(name) && outer.default === undefined,
      isNullable,
      fallback: outer.default ?? part.default,
    };
    return fieldOf(part, common, depth);
  });
}

function fieldOf(part: Schema, common: Common, depth: number): ParameterField {
  const choices = choicesOf(part);
  if (choices) return { ...common, kind: 'choice', choices };
  if (part.type === 'boolean')
    // Three answers don't fit into a box that is ticked or not.
    return common.isNullable ? { ...common, kind: 'choice', choices: [true, false] } : { ...common, kind: 'boolean' };
  const scalar = scalarOf(part, common);
  if (scalar) return scalar;
  if (part.type === 'array' && isObject(part.items)) {
    const item = withoutNull(part.items);
    const kind = item.isNullable ? null : itemOf(item.part, common);
    if (kind)
      return { ...common, kind: 'list', item: kind, minItems: sizeOf(part.minItems), maxItems: sizeOf(part.maxItems) };
  }
  if (part.type === 'object' && isObject(part.properties) && depth < MAX_DEPTH) {
    const fields = fieldsIn(part, common.path, depth + 1);
    if (fields.length > 0) return { ...common, kind: 'group', fields };
  }
  return { ...common, kind: 'json' };
}

function itemOf(part: Schema, { path, name }: Common): ScalarField | ChoiceField | null {
  const common: Common = { path, name, description: '', isRequired: true, isNullable: false };
  const choices = choicesOf(part)?.filter((choice) => typeof choice !== 'boolean');
  return choices ? { ...common, kind: 'choice', choices } : scalarOf(part, common);
}

function scalarOf(part: Schema, common: Common): ScalarField | null {
  if (part.type === 'integer' || part.type === 'number')
    return {
      ...common,
      kind: part.type,
      min: boundOf(part.minimum, part.exclusiveMinimum, Math.max),
      max: boundOf(part.maximum, part.exclusiveMaximum, Math.min),
    };
  if (part.type !== 'string') return null;
  if (part.format === 'date') return { ...common, kind: 'date' };
  if (part.format === 'date-time') return { ...common, kind: 'time' };
  return { ...common, kind: 'text', minLength: sizeOf(part.minLength), maxLength: sizeOf(part.maxLength) };
}

/** `anyOf: [{…}, { type: 'null' }]` and `type: ['string', 'null']` without the null. */
function withoutNull(schema: Schema): { part: Schema; isNullable: boolean } {
  const { type } = schema;
  if (Array.isArray(type)) {
    const others = type.filter((one) => one !== 'null');
    const isNullable = others.length < type.length;
    return { part: { ...schema, type: others.length === 1 ? others[0] : others }, isNullable };
  }
  const forms = formsOf(schema);
  if (forms === null) return { part: schema, isNullable: false };
  const others = forms.filter((form) => form.type !== 'null' && form.const !== null);
  const isNullable = others.length < forms.length;
  if (others.length === 1 && others[0]) return { part: others[0], isNullable };
  return { part: isNullable ? { anyOf: others } : schema, isNullable };
}

const formsOf = ({ anyOf, oneOf }: Schema): Schema[] | null => {
  const forms = anyOf ?? oneOf;
  return Array.isArray(forms) && forms.every(isObject) ? forms : null;
};

/** The values of an enum, of a constant, or of a union of both; null for anything else. */
function choicesOf(schema: Schema): ChoiceField['choices'] | null {
  const forms = formsOf(schema);
  const values: readonly unknown[] = Array.isArray(schema.enum)
    ? schema.enum
    : schema.const !== undefined
      ? [schema.const]
      : (forms ?? []).flatMap((form): readonly unknown[] => choicesOf(form) ?? [undefined]);
  return values.length > 0 && values.every(isChoice) ? values : null;
}

const isChoice = (value: unknown): value is string | number | boolean =>
  ['string', 'number', 'boolean'].includes(typeof value);

/** The stricter of both; beyond what a number holds exactly, a limit is ignored. */
function boundOf(inclusive: unknown, exclusive: unknown, stricter: (...values: number[]) => number): Bound | undefined {
  const [within, beyond] = [limitOf(inclusive), limitOf(exclusive)];
  if (beyond === undefined) return within === undefined ? undefined : { value: within, isExclusive: false };
  if (within === undefined || stricter(within, beyond) === beyond) return { value: beyond, isExclusive: true };
  return { value: within, isExclusive: false };
}

const limitOf = (limit: unknown): number | undefined =>
  typeof limit === 'number' && Math.abs(limit) < Number.MAX_SAFE_INTEGER ? limit : undefined;

const sizeOf = (size: unknown): number | undefined => (typeof size === 'number' ? limitOf(size) : undefined);
const textOf = (text: unknown): string | undefined => (typeof text === 'string' ? text : undefined);

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
