import type { JobDefinition } from '@job-manager/shared/contract/run';
import { Checkbox, Select, TextInput } from '@mantine/core';
import { asSentence } from '../../api/field-errors';
import { parseJson } from '../../lib/json-syntax';
import { fieldFault, fieldsOf, type ParameterField, readField, withValue } from './parameter-fields';
import classes from './RunJobForm.module.css';

interface Props {
  definition: JobDefinition;
  /** The JSON, which is the truth: a field shows what it says, and writes into it. */
  text: string;
  /** What the server objects to, by the name of the parameter. */
  faults: Record<string, string>;
  onChange: (text: string) => void;
}

/** At the end of the page instead, the choices would lie outside the dialog. */
const inPlace = { withinPortal: false };

/** A field for each parameter that can be drawn. */
export function ParameterFields({ definition, text, faults, onChange }: Props) {
  const fields = fieldsOf(definition.parametersSchema);
  if (fields.length === 0) return null;
  const parsed = parseJson(text.trim() || '{}');
  const isReadable =
    parsed.ok && typeof parsed.value === 'object' && parsed.value !== null && !Array.isArray(parsed.value);
  const values = isReadable ? (parsed.value as Record<string, unknown>) : {};
  return (
    <fieldset className={classes.fields} disabled={!isReadable}>
      <legend className={classes.label}>Parameters</legend>
      {!isReadable && (
        <p className={classes.hint}>
          {parsed.ok ? 'The JSON is no object.' : `Fix line ${parsed.line} of the JSON first.`}
        </p>
      )}
      {fields.map((field) => (
        <Field
          key={field.name}
          field={field}
          value={values[field.name]}
          fault={isReadable ? (fieldFault(field, values[field.name]) ?? faults[field.name] ?? null) : null}
          onChange={(value) => onChange(withValue(values, field.name, value))}
        />
      ))}
    </fieldset>
  );
}

interface FieldProps {
  field: ParameterField;
  value: unknown;
  fault: string | null;
  onChange: (value: unknown) => void;
}

function Field({ field, value, fault, onChange }: FieldProps) {
  const { name, kind, description, isRequired, fallback, choices } = field;
  const common = {
    label: name,
    description: describe(field),
    error: fault === null ? undefined : asSentence(fault),
  };
  if (kind === 'boolean')
    return (
      <Checkbox
        {...common}
        checked={typeof value === 'boolean' ? value : fallback === true}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    );
  if (kind === 'choice')
    return (
      <Select
        {...common}
        data={choices}
        value={typeof value === 'string' ? value : null}
        placeholder={fallback === undefined ? undefined : String(fallback)}
        clearable
        comboboxProps={inPlace}
        onChange={(next) => onChange(next ?? undefined)}
      />
    );
  if (kind === 'json')
    return (
      <p className={classes.hint}>
        <strong>{name}</strong> {description} Edit it in the JSON.
      </p>
    );
  return (
    <TextInput
      {...common}
      required={isRequired}
      withAsterisk={false}
      inputMode={kind === 'text' ? 'text' : 'decimal'}
      placeholder={fallback === undefined ? undefined : String(fallback)}
      value={
        value === undefined || value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)
      }
      onChange={(event) => onChange(readField(field, event.currentTarget.value))}
      onKeyDown={(event) => {
        // The form is not sent from a field that is half filled in.
        if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) event.preventDefault();
      }}
    />
  );
}

function describe({ description, minimum, maximum, isRequired }: ParameterField): string {
  const limits =
    minimum !== undefined && maximum !== undefined
      ? `${minimum} to ${maximum.toLocaleString('en')}`
      : minimum !== undefined
        ? `at least ${minimum}`
        : maximum !== undefined
          ? `at most ${maximum.toLocaleString('en')}`
          : '';
  return [description, limits, isRequired ? 'required' : ''].filter((part) => part !== '').join(' · ');
}
