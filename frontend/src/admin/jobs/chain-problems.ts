import type { JobDefinition } from '@job-manager/shared/contract/run';
import { MISSING, type Problem, problemsOf } from '../../components/parameters/problems';
import { fieldsOf } from '../../components/parameters/schema';
import { readParameters } from '../../components/parameters/values';
import type { ChainRow, RunFormValues } from './run-form';

/** The problems of the rows of a chain. */
export interface ChainProblems {
  /** By the key of the row; paths are `jobName`, `after` and `parameters.…`. */
  byRow: Record<string, Problem[]>;
  count: number;
  /** Of these, the fields that are only not filled in yet. */
  missing: number;
}

/** The problems that the browser finds, and those that the server reported for the rows as they are. */
export function findChainProblems(
  { chain }: RunFormValues,
  definitionOf: (jobName: string) => JobDefinition | undefined,
  refused: Readonly<Record<string, Problem[]>>,
): ChainProblems {
  const byRow = Object.fromEntries(
    chain.map((row) => [row.key, [...problemsOfRow(row, definitionOf(row.jobName)), ...(refused[row.key] ?? [])]]),
  );
  const all = Object.values(byRow).flat();
  return { byRow, count: all.length, missing: all.filter(({ message }) => isMissing(message)).length };
}

const NO_JOB = 'Select a job';
const NO_RUN = 'Choose what it waits for';
const isMissing = (message: string): boolean => [MISSING, NO_JOB, NO_RUN].includes(message);

function problemsOfRow({ jobName, parameters, after }: ChainRow, definition: JobDefinition | undefined): Problem[] {
  const fields = definition ? fieldsOf(definition.parametersSchema) : [];
  return [
    ...(jobName === '' ? [{ path: 'jobName', message: NO_JOB }] : []),
    ...(after.length === 0 ? [{ path: 'after', message: NO_RUN }] : []),
    ...problemsOf(fields, readParameters(parameters)).map(({ path, message }) => ({
      path: `parameters.${path}`,
      message,
    })),
  ];
}
