import { Button } from '@mantine/core';
import { asSentence } from '../../api/field-errors';
import type { FieldContext, FieldProps } from './field-props';
import { BooleanInput, ChoiceInput, JsonPart, ListInput } from './inputs';
import classes from './parameters.module.css';
import { ScalarInput } from './ScalarInput';
import type { GroupField, ParameterField } from './schema';
import { isObject } from './schema';
import { type Values, valueAt } from './values';

interface Props extends FieldContext {
  fields: readonly ParameterField[];
  values: Values;
}

/** A field for each parameter: the JSON is the source, a field shows its value and writes into it. */
export function ParameterFields({ fields, values, ...context }: Props) {
  return fields.map((field) => (
    <Field key={field.name} field={field} value={valueAt(values, [field.name])} context={context} />
  ));
}

function Field({ field, value, context }: FieldProps) {
  switch (field.kind) {
    case 'group':
      return <Group field={field} value={value} context={context} />;
    case 'list':
      return <ListInput field={field} value={value} context={context} />;
    case 'choice':
      return <ChoiceInput field={field} value={value} context={context} />;
    case 'boolean':
      return <BooleanInput field={field} value={value} context={context} />;
    case 'json':
      return <JsonPart field={field} value={value} context={context} />;
    default:
      return <ScalarInput field={field} value={value} context={context} />;
  }
}

function Group({ field, value, context }: FieldProps<GroupField>) {
  const { path, name, isNullable, isRequired } = field;
  const values = isObject(value) ? value : {};
  const problem = context.problems[path.join('.')];
  const onChange = (at: readonly string[], next: unknown) => {
    // An object that nothing is left of is left out itself.
    const isLast = next === undefined && at.length === path.length + 1 && Object.keys(values).length === 1;
    context.onChange(isLast && !isRequired && at.at(-1) === Object.keys(values)[0] ? path : at, next);
  };
  return (
    <fieldset className={classes.group}>
      <legend>{name}</legend>
      {field.description !== '' && <p className={classes.hint}>{field.description}</p>}
      {problem && <p className={classes.problem}>{asSentence(problem)}</p>}
      {isNullable && (
        <Button
          variant={value === null ? 'filled' : 'default'}
          size="compact-xs"
          aria-pressed={value === null}
          onClick={() => context.onChange(path, value === null ? undefined : null)}
        >
          null
        </Button>
      )}
      <ParameterFields fields={field.fields} values={values} {...context} onChange={onChange} />
    </fieldset>
  );
}
