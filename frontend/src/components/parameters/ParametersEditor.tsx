import { JsonInput } from '@mantine/core';
import { type ReactNode, Suspense, useRef } from 'react';
import { loadable } from '../../ui/loadable';
import type { FieldContext } from './field-props';
import { findOffsets } from './json-offsets';
import classes from './parameters.module.css';
import type { ParameterProblems } from './useParameterProblems';
import { formatParameters, readParameters, valueAt, withValue } from './values';

// What only helps to fill the form in is not waited for.
const ParameterFields = loadable(() => import('./ParameterFields').then((module) => module.ParameterFields));

interface Props {
  id: string;
  /** The JSON, which is the source. */
  text: string;
  onChange: (text: string) => void;
  problems: ParameterProblems;
  /** What the server answered when the form was sent; goes before `problems`. */
  error?: ReactNode;
  noteOf?: FieldContext['noteOf'];
  /** Above both. */
  acts?: ReactNode;
  /** Below the JSON. */
  children?: ReactNode;
}

/** The parameters of a job as fields and as JSON, beside each other: whichever is edited, the other follows. */
export function ParametersEditor({ id, text, onChange, problems, error, noteOf, acts, children }: Props) {
  const { fields, syntax } = problems;
  const json = useRef<HTMLTextAreaElement>(null);
  const values = syntax === null ? readParameters(text) : {};
  const editJson = (path: readonly string[]) => {
    const isThere = valueAt(values, path) !== undefined;
    const next = isThere ? text : formatParameters(withValue(values, path, null));
    if (!isThere) onChange(next);
    // Once the text is in the field, and the dialog is done with the click.
    setTimeout(() => select(json.current, findOffsets(next, path)), 0);
  };
  return (
    <div className={classes.editor}>
      {acts && <div className={classes.acts}>{acts}</div>}
      <div className={classes.sides}>
        {fields.length > 0 && (
          <fieldset className={classes.fields} disabled={syntax !== null}>
            <legend>Parameters</legend>
            {syntax !== null && <p className={classes.hint}>{syntaxHint(syntax)}</p>}
            <Suspense fallback={null}>
              <ParameterFields
                fields={fields}
                values={values}
                problems={problems.byField}
                noteOf={noteOf}
                onChange={(path, value) => onChange(formatParameters(withValue(values, path, value)))}
                onEditJson={editJson}
              />
            </Suspense>
          </fieldset>
        )}
        <div>
          <label htmlFor={id} className={classes.label}>
            Parameters (JSON)
          </label>
          <JsonInput
            id={id}
            ref={json}
            rows={Math.min(16, Math.max(7, text.split('\n').length + 1))}
            spellCheck={false}
            classNames={{ input: classes.json, error: classes.jsonProblem }}
            description="Checked by the server as you type"
            inputWrapperOrder={['input', 'description', 'error']}
            value={text}
            onChange={onChange}
            error={error ?? problems.text}
            // The field's own check on leaving it would hide where the error is.
            validationError={error ?? problems.text}
          />
          {children}
        </div>
      </div>
    </div>
  );
}

function syntaxHint(syntax: string): string {
  const line = /line (\d+)/.exec(syntax)?.[1];
  return line === undefined ? `${syntax.replace(/\.$/, '')}.` : `Fix line ${line} of the JSON first.`;
}

function select(field: HTMLTextAreaElement | null, range: { start: number; end: number } | null): void {
  field?.focus();
  if (range) field?.setSelectionRange(range.start, range.end);
}
