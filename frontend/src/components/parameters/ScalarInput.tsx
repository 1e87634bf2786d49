import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { commonProps, type FieldProps, placeholderOf, setterOf } from './field-props';
import type { ScalarField } from './schema';
import { formatScalar, isSame, readScalar } from './values';

/** A line for a text, a number, a date or a time. */
export function ScalarInput(props: FieldProps<ScalarField>) {
  const { field, value, context } = props;
  const set = setterOf(field, context);
  // "1.", "1.0" and "1.05" are typed one after the other: what was typed stays as long as it stands for the value.
  const [typed, setTyped] = useState('');
  const shown = isSame(readScalar(field, typed), value) ? typed : formatScalar(value);
  const isNumber = field.kind === 'integer' || field.kind === 'number';
  return (
    <TextInput
      {...commonProps(props)}
      inputMode={isNumber ? 'decimal' : 'text'}
      autoComplete="off"
      spellCheck={field.kind === 'text'}
      placeholder={placeholderOf(props)}
      value={shown}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        set(readScalar(field, event.currentTarget.value));
      }}
      rightSection={field.isNullable && <NullButton {...props} />}
      rightSectionWidth={field.isNullable ? 56 : undefined}
      rightSectionPointerEvents="all"
    />
  );
}

/** Sets null, or leaves the parameter out again. */
export function NullButton({ field, value, context }: FieldProps) {
  return (
    <Button
      variant={value === null ? 'filled' : 'default'}
      size="compact-xs"
      aria-pressed={value === null}
      aria-label={`Set ${field.name} to null`}
      onClick={() => context.onChange(field.path, value === null ? undefined : null)}
    >
      null
    </Button>
  );
}
