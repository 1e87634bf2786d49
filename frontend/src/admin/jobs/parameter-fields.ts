/** A parameter that the form can draw; what it can't stays in the JSON. */
export interface ParameterField {
  name: string;
  kind: 'text' | 'integer' | 'number' | 'boolean' | 'choice' | 'json';
  description: string;
  isRequired: boolean;
  /** As JSON Schema has them; undefined for no limit. */
  minimum?: number;
  maximum?: number;
  choices?: string[];
  fallback?: unknown;
}

type Schema = Record<string, unknown>;

/** The fields of a job's parameters, from their JSON Schema. */
export function fieldsOf(schema: Schema): ParameterField[] {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required) ? schema.required : [];
  return Object.entries(properties).map(([name, property]) => {
    const part = isObject(property) ? property : {};
    const choices =
      Array.isArray(part.enum) && part.enum.every((one) => typeof one === 'string') ? part.enum : undefined;
    return {
      name,
      kind: choices ? 'choice' : kindOf(part),
      description: typeof part.description === 'string' ? part.description : '',
      isRequired: required.includes(name) && part.default === undefined,
      minimum: limitOf(part.minimum ?? part.exclusiveMinimum),
      maximum: limitOf(part.maximum ?? part.exclusiveMaximum),
      choices,
      fallback: part.default,
    };
  });
}

const kinds: Record<string, ParameterField['kind']> = {
  string: 'text',
  integer: 'integer',
  number: 'number',
  boolean: 'boolean',
};
const kindOf = ({ type }: Schema): ParameterField['kind'] => (typeof type === 'string' && kinds[type]) || 'json';

/** Beyond what a number holds exactly, a limit says nothing. */
const limitOf = (limit: unknown): number | undefined =>
  typeof limit === 'number' && Number.isSafeInteger(limit) && Math.abs(limit) < Number.MAX_SAFE_INTEGER
    ? limit
    : undefined;

/** The text with one parameter set, or left out for undefined; the order of the others stays. */
export function withValue(parameters: Record<string, unknown>, name: string, value: unknown): string {
  const { [name]: _before, ...others } = parameters;
  const next = value === undefined ? others : { ...parameters, [name]: value };
  return JSON.stringify(next, null, 2);
}

/** What a typed text stands for: nothing, a number where one is wanted, or itself, which the check then names. */
export function readField({ kind }: ParameterField, text: string): unknown {
  if (text === '') return undefined;
  if (kind !== 'integer' && kind !== 'number') return text;
  const number = Number(text);
  return Number.isFinite(number) && text.trim() !== '' ? number : text;
}

/** What is wrong with a value as far as the browser can say; null for nothing. */
export function fieldFault(field: ParameterField, value: unknown): string | null {
  const { kind, isRequired, minimum, maximum, choices } = field;
  if (value === undefined) return isRequired ? 'is missing' : null;
  if (kind === 'json') return null;
  if (kind === 'boolean') return typeof value === 'boolean' ? null : 'must be true or false';
  if (kind === 'choice') return choices?.includes(value as string) ? null : `must be one of ${choices?.join(', ')}`;
  if (kind === 'text') return typeof value === 'string' ? null : 'must be text';
  if (typeof value !== 'number') return 'must be a number';
  if (kind === 'integer' && !Number.isInteger(value)) return 'must be a whole number';
  if (minimum !== undefined && value < minimum) return `must be at least ${minimum}`;
  return maximum !== undefined && value > maximum ? `must be at most ${maximum}` : null;
}

const isObject = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
