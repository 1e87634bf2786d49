import { asSentence } from '../../api/field-errors';
import { shownZoneName } from '../../lib/local-time';
import type { ParameterField } from './schema';
import { formatScalar } from './values';

export interface FieldContext {
  /** The problems, by the dotted path of the field. */
  problems: Record<string, string>;
  /** Notes on values: the preset, or the value in the run that is repeated. */
  noteOf?: (path: readonly string[], value: unknown) => string | null;
  /** Sets a value, or leaves it out for undefined. */
  onChange: (path: readonly string[], value: unknown) => void;
  /** Leads to a place in the JSON; without, what can't be drawn is a line of JSON of its own. */
  onEditJson?: (path: readonly string[]) => void;
}

export interface FieldProps<Kind extends ParameterField = ParameterField> {
  field: Kind;
  value: unknown;
  context: FieldContext;
}

/** What every input of a field has: its label, its description, and its error. */
export function commonProps({ field, value, context }: FieldProps) {
  const key = field.path.join('.');
  const problem = context.problems[key];
  const note = context.noteOf?.(field.path, value) ?? null;
  return {
    label: field.name,
    description: [note, describeField(field)].filter(Boolean).join(' · ') || undefined,
    error: problem === undefined ? undefined : asSentence(problem),
    required: field.isRequired,
    withAsterisk: false,
    'data-parameter': key,
    'data-noted': note === null ? undefined : true,
  };
}

/** What holds while nothing is set. */
export function placeholderOf({ field, value }: FieldProps): string | undefined {
  if (value === null) return 'null';
  if (value === '') return 'empty text';
  return field.fallback === undefined ? undefined : formatScalar(field.fallback);
}

/** Sets a field, or leaves it out for undefined. */
export const setterOf =
  ({ path }: ParameterField, { onChange }: FieldContext) =>
  (value: unknown) =>
    onChange(path, value);

function describeField(field: ParameterField): string {
  const limits = limitsOf(field);
  return [field.description, limits, field.isRequired ? 'required' : ''].filter((part) => part !== '').join(' · ');
}

const formatNumber = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: 20 });

function limitsOf(field: ParameterField): string {
  if (field.kind === 'date') return 'YYYY-MM-DD';
  if (field.kind === 'time') return `YYYY-MM-DD HH:MM (${shownZoneName()}), or ISO with a zone`;
  if (field.kind === 'list') return rangeOf(field.minItems, field.maxItems, 'entries');
  if (field.kind === 'text') return rangeOf(field.minLength, field.maxLength, 'characters');
  if (field.kind !== 'integer' && field.kind !== 'number') return '';
  const { min, max } = field;
  if (min && max && !min.isExclusive && !max.isExclusive)
    return `${formatNumber(min.value)} to ${formatNumber(max.value)}`;
  return [
    min && `${min.isExclusive ? 'more than' : 'at least'} ${formatNumber(min.value)}`,
    max && `${max.isExclusive ? 'less than' : 'at most'} ${formatNumber(max.value)}`,
  ]
    .filter(Boolean)
    .join(', ');
}

function rangeOf(min: number | undefined, max: number | undefined, noun: string): string {
  const least = min === undefined || min <= 1 ? undefined : min;
  if (least !== undefined && max !== undefined) return `${formatNumber(least)} to ${formatNumber(max)} ${noun}`;
  if (least !== undefined) return `at least ${formatNumber(least)} ${noun}`;
  return max === undefined ? '' : `at most ${formatNumber(max)} ${noun}`;
}
