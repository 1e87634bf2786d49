import type { JobDefinition } from '@job-manager/shared/contract/run';
import { limits } from '@job-manager/shared/limits';
import { ActionIcon, MultiSelect, Select } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { IconX } from '@tabler/icons-react';
import { useEffect, useMemo, useRef } from 'react';
import { flushSync } from 'react-dom';
import { ParameterFields } from '../../components/parameters/ParameterFields';
import { atFields, describeProblem, MISSING, pathsOf } from '../../components/parameters/problems';
import { fieldsOf } from '../../components/parameters/schema';
import { formatParameters, readParameters, withValue } from '../../components/parameters/values';
import classes from './Chain.module.css';
import { ChainPreview } from './ChainPreview';
import type { ChainProblems } from './chain-problems';
import { type ChainRow, type RunFormValues, rowsBefore, withoutRow } from './run-form';
import { defaultsOf } from './useEnqueueDraft';

interface Props {
  form: UseFormReturnType<RunFormValues>;
  definitions: readonly JobDefinition[];
  problems: ChainProblems;
  isAttempted: boolean;
  /** Key of the row that was added last: the reader goes on there. */
  added: string | null;
  /** Takes the focus when the last row has been removed. */
  onEmptied: () => void;
}

/** At the end of the page instead, the choices would lie outside the dialog. */
const inPlace = { withinPortal: false };

/** What runs after the job of the form, a row for each run, and below them how they hang together. */
export function ChainRows({ form, definitions, problems, isAttempted, added, onEmptied }: Props) {
  const { chain } = form.values;
  const list = useRef<HTMLOListElement>(null);
  const remove = (key: string, index: number) => {
    // The row that follows, or is last now, takes the focus over, once the other one is gone.
    flushSync(() => form.setFieldValue('chain', withoutRow(form.values, key)));
    const rows = list.current?.children ?? [];
    const next = rows[Math.min(index, rows.length - 1)]?.querySelector('input');
    if (next) next.focus();
    else onEmptied();
  };
  const setRow = (key: string, part: Partial<ChainRow>) =>
    form.setFieldValue(
      'chain',
      chain.map((row) => (row.key === key ? { ...row, ...part } : row)),
    );
  return (
    <>
      <ol ref={list} className={classes.rows} start={2}>
        {chain.map((row, index) => (
          <Row
            key={row.key}
            row={row}
            number={index + 2}
            before={rowsBefore(form.values, row.key)}
            definitions={definitions}
            problems={problems.byRow[row.key] ?? []}
            isAttempted={isAttempted}
            onChange={(part) => setRow(row.key, part)}
            isNew={row.key === added}
            onRemove={() => remove(row.key, index)}
          />
        ))}
      </ol>
      <ChainPreview values={form.values} />
    </>
  );
}

interface RowProps {
  row: ChainRow;
  /** Its place in the chain, the job of the form being 1. */
  number: number;
  before: readonly { key: string; label: string }[];
  definitions: readonly JobDefinition[];
  problems: ChainProblems['byRow'][string];
  isAttempted: boolean;
  isNew: boolean;
  onChange: (part: Partial<ChainRow>) => void;
  onRemove: () => void;
}

function Row({ row, number, before, definitions, problems, isAttempted, isNew, onChange, onRemove }: RowProps) {
  const job = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (isNew) job.current?.focus();
  }, [isNew]);
  const { jobName, after, when } = row;
  const definitionOf = (name: string | null) => definitions.find(({ id }) => id === name);
  const ofRow = (path: string) => (isAttempted ? problems.find((one) => one.path === path)?.message : undefined);
  return (
    <li className={classes.row} aria-label={`Run ${number} of the chain`}>
      <div className={classes.heads}>
        <span className={classes.number} aria-hidden>
          {number}
        </span>
        <Select
          ref={job}
          label={`Job ${number}`}
          data={definitions.map(({ id, name }) => ({ value: id, label: name }))}
          placeholder="Choose a job"
          searchable
          selectFirstOptionOnChange
          allowDeselect={false}
          value={jobName === '' ? null : jobName}
          error={ofRow('jobName')}
          comboboxProps={inPlace}
          onChange={(name) => onChange({ jobName: name ?? '', parameters: defaultsOf(definitionOf(name)) })}
        />
        <MultiSelect
          label="After"
          data={before.map(({ key, label }) => ({ value: key, label }))}
          value={after}
          error={ofRow('after')}
          maxValues={limits.dependencies}
          comboboxProps={inPlace}
          onChange={(keys) => onChange({ after: keys })}
        />
        <Select
          label="If"
          data={[
            { value: 'succeeded', label: 'they succeeded' },
            { value: 'finished', label: 'they ended, however' },
          ]}
          value={when}
          allowDeselect={false}
          comboboxProps={inPlace}
          onChange={(next) => onChange({ when: next === 'finished' ? 'finished' : 'succeeded' })}
        />
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          className={classes.remove}
          aria-label={`Remove run ${number} of the chain`}
          onClick={onRemove}
        >
          <IconX size={16} aria-hidden />
        </ActionIcon>
      </div>
      <RowParameters row={row} definition={definitionOf(jobName)} {...{ problems, isAttempted, onChange }} />
    </li>
  );
}

type ParametersProps = Pick<RowProps, 'row' | 'problems' | 'isAttempted' | 'onChange'> & { definition?: JobDefinition };

function RowParameters({ row, definition, problems, isAttempted, onChange }: ParametersProps) {
  const fields = useMemo(() => (definition ? fieldsOf(definition.parametersSchema) : []), [definition]);
  const values = readParameters(row.parameters);
  const shown = problems
    .filter(({ path, message }) => path.startsWith('parameters') && (isAttempted || message !== MISSING))
    .map(({ path, message }) => ({ path: path.replace(/^parameters\.?/, ''), message }));
  const paths = pathsOf(fields);
  const rest = shown.filter(({ path }) => !paths.some((one) => path === one || path.startsWith(`${one}.`)));
  if (fields.length === 0 && shown.length === 0) return null;
  const count = Object.keys(values).length;
  return (
    <details className={classes.parameters} open={shown.length > 0 || undefined}>
      <summary>Parameters{count > 0 && ` (${count} set)`}</summary>
      <div className={classes.fields}>
        <ParameterFields
          fields={fields}
          values={values}
          problems={atFields(shown, paths)}
          onChange={(path, value) => onChange({ parameters: formatParameters(withValue(values, path, value)) })}
        />
        {rest.map((problem) => (
          <p key={problem.path} className={classes.problem}>
            {describeProblem(problem)}
          </p>
        ))}
      </div>
    </details>
  );
}
