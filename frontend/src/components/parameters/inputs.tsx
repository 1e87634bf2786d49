import { Button, Checkbox, Select, TagsInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { asSentence } from '../../api/field-errors';
import { commonProps, type FieldProps, placeholderOf, setterOf } from './field-props';
import classes from './parameters.module.css';
import { NullButton } from './ScalarInput';
import type { ChoiceField, ListField } from './schema';
import { formatScalar, isSame, readScalar } from './values';

/** At the end of the page instead, the choices would lie outside the dialog. */
const inPlace = { withinPortal: false };

export function BooleanInput(props: FieldProps) {
  const { field, value, context } = props;
  const { required: _required, withAsterisk: _asterisk, ...common } = commonProps(props);
  const shown = value === undefined ? field.fallback : value;
  return (
    <Checkbox
      {...common}
      checked={shown === true}
      // Neither yes nor no, and no default that would hold.
      indeterminate={typeof shown !== 'boolean'}
      aria-invalid={common.error !== undefined}
      onChange={(event) => context.onChange(field.path, event.currentTarget.checked)}
    />
  );
}

const NULL = 'null';

export function ChoiceInput(props: FieldProps<ChoiceField>) {
  const { field, value, context } = props;
  const { choices, isNullable } = field;
  const set = setterOf(field, context);
  // By place: the text "1" and the number 1 may both be among them.
  const data = choices.map((choice, index) => ({ value: String(index), label: String(choice) }));
  const place = choices.indexOf(value as string);
  return (
    <Select
      {...commonProps(props)}
      data={isNullable ? [...data, { value: NULL, label: NULL }] : data}
      value={value === null && isNullable ? NULL : place === -1 ? null : String(place)}
      placeholder={placeholderOf(props)}
      searchable={choices.length > 8}
      selectFirstOptionOnChange
      clearable
      clearButtonProps={{ 'aria-label': `Leave ${field.name} out` }}
      comboboxProps={inPlace}
      onChange={(next) => set(next === null ? undefined : next === NULL ? null : choices[Number(next)])}
    />
  );
}

/** Entries as tags. An empty list is one that was emptied; a parameter that was never set is left out. */
export function ListInput(props: FieldProps<ListField>) {
  const { field, value, context } = props;
  const { item, isRequired, isNullable } = field;
  const set = setterOf(field, context);
  const entries = Array.isArray(value) ? value : [];
  const isText = item.kind === 'text';
  const placeholder = value === undefined && Array.isArray(field.fallback) ? field.fallback.join(', ') : undefined;
  const { description, ...common } = commonProps(props);
  return (
    <div className={classes.list}>
      <TagsInput
        {...common}
        description={[description, isText ? 'Enter adds one' : 'Enter or a comma adds one'].filter(Boolean).join(' · ')}
        data={item.kind === 'choice' ? [...new Set(item.choices.map(String))] : []}
        value={entries.map(formatScalar)}
        placeholder={entries.length === 0 ? placeholder : undefined}
        allowDuplicates
        // A text may have commas in it.
        splitChars={isText ? [] : [',']}
        comboboxProps={inPlace}
        onChange={(texts) => set(texts.flatMap((text) => readEntries(item, text, entries)))}
      />
      {(isNullable || (!isRequired && value !== undefined)) && (
        <div className={classes.listActs}>
          {Array.isArray(value) && entries.length === 0 && <span className={classes.hint}>An empty list</span>}
          {isNullable && <NullButton {...props} />}
          {!isRequired && value !== undefined && (
            <Button
              variant="subtle"
              size="compact-xs"
              onClick={() => set(undefined)}
              aria-label={`Leave ${field.name} out`}
            >
              Leave out
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

/** What a tag stands for. One that was there before stays as it was, be it of another type. */
function readEntries(item: ListField['item'], text: string, before: readonly unknown[]): unknown[] {
  const kept = before.find((entry) => formatScalar(entry) === text);
  if (kept !== undefined) return [kept];
  const texts = item.kind === 'text' ? [text] : text.split(',').map((part) => part.trim());
  return texts
    .filter((part) => part !== '')
    .map((part) => {
      const choice = item.kind === 'choice' ? item.choices.find((one) => String(one) === part) : undefined;
      return choice ?? readScalar(item, part);
    });
}

/** A parameter that has no field: a way to its place in the JSON, or a line of JSON where there is no other. */
export function JsonPart(props: FieldProps) {
  const { field, value, context } = props;
  const { onEditJson } = context;
  if (onEditJson === undefined) return <JsonLine {...props} />;
  const { description, error } = commonProps(props);
  return (
    <div className={classes.jsonPart}>
      <p>
        <strong>{field.name}</strong> {description && <span className={classes.hint}>{description}</span>}
      </p>
      <code className={classes.excerpt}>{value === undefined ? 'left out' : JSON.stringify(value)}</code>
      <Button
        variant="default"
        size="compact-xs"
        aria-label={`Edit ${field.name} in the JSON`}
        onClick={() => onEditJson(field.path)}
      >
        Edit in JSON
      </Button>
      {error && <p className={classes.problem}>{asSentence(error)}</p>}
    </div>
  );
}

function JsonLine(props: FieldProps) {
  const { field, value, context } = props;
  const set = setterOf(field, context);
  const [typed, setTyped] = useState('');
  const read = readJson(typed);
  const isTyped = typed !== '' && (read === undefined || isSame(read, value));
  const { error, description, ...common } = commonProps(props);
  return (
    <TextInput
      {...common}
      description={[description, 'JSON'].filter(Boolean).join(' · ')}
      error={isTyped && read === undefined ? 'This is no JSON yet' : error}
      spellCheck={false}
      value={isTyped ? typed : value === undefined ? '' : JSON.stringify(value)}
      onChange={(event) => {
        const text = event.currentTarget.value;
        setTyped(text);
        if (text === '') set(undefined);
        else if (readJson(text) !== undefined) set(readJson(text));
      }}
    />
  );
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
