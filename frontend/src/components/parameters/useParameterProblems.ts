import type { JobDefinition } from '@job-manager/shared/contract/run';
import { REDACTED } from '@job-manager/shared/redaction';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { type CheckInput, checkQuery } from './calls';
import { atFields, describeProblem, MISSING, type Problem, pathsOf, problemsOf } from './problems';
import { fieldsOf, type ParameterField } from './schema';
import { parametersProblem, readParameters, type Values, valueAt } from './values';

export interface ParameterProblems {
  fields: readonly ParameterField[];
  /** Why the text is no parameters at all; null where it is. */
  syntax: string | null;
  /** The problems, by the dotted path of the field each is about. */
  byField: Record<string, string>;
  /** All that is wrong, a line each; null for nothing. */
  text: string | null;
  /** How many of them; of those that are only left out so far, how many. */
  count: number;
  missing: number;
}

/** Where the run is to queue; an omitted option has the value of the job. */
type Lane = Pick<CheckInput, 'channel' | 'priority'>;

/** Longer than between two keys, and short enough to seem at once. */
const PAUSE_MS = 400;
const NONE: Values = {};

/**
 * The problems of the parameters in a text: at once by the schema of the job, and at pauses of typing by what
 * enqueueing them would answer, which is right where both differ. Nothing is queued by it. What is only left out is not
 * shown as wrong until `isAttempted`: the form was sent like that.
 */
export function useParameterProblems(
  definition: JobDefinition | undefined,
  text: string,
  isAttempted: boolean,
  lane: Lane = NONE,
) {
  const schema = definition?.parametersSchema ?? NONE;
  const fields = useMemo(() => fieldsOf(schema), [schema]);
  const paths = useMemo(() => pathsOf(fields), [fields]);
  const [settled] = useDebouncedValue(text, PAUSE_MS);
  const [channel] = useDebouncedValue(lane.channel, PAUSE_MS);
  const [priority] = useDebouncedValue(lane.priority, PAUSE_MS);
  const isReadable = parametersProblem(settled) === null;
  const { data, isPlaceholderData, isError } = useQuery({
    ...checkQuery({
      jobName: definition?.name ?? '',
      parameters: isReadable ? readParameters(settled) : NONE,
      channel,
      priority,
    }),
    enabled: definition !== undefined && isReadable,
    // The runs under way of this job stay on screen while the next answer is pending.
    placeholderData: (before, query) => (jobOf(query?.queryKey) === definition?.name ? before : undefined),
  });
  const syntax = parametersProblem(text);
  const values = syntax === null ? readParameters(text) : NONE;
  const own = syntax === null ? problemsOf(fields, values) : [];
  const isAnswered = settled === text && isReadable && data !== undefined && !isPlaceholderData && !isError;
  const all = (isAnswered ? merged(own, data.issues) : own).filter(({ path }) => !isRedacted(values, path));
  const missing = all.filter(({ message }) => message === MISSING).length;
  const shown = isAttempted ? all : all.filter(({ message }) => message !== MISSING);
  const problems: ParameterProblems = {
    fields,
    syntax,
    byField: atFields(shown, paths),
    text: shown.length === 0 ? null : shown.map(describeProblem).join('\n'),
    count: all.length,
    missing,
  };
  return { problems, underWay: data?.underWay ?? null, waiting: data?.waiting ?? null };
}

/** What the server refuses, in the same wording where the schema found it, too. */
function merged(own: readonly Problem[], issues: readonly Problem[]): Problem[] {
  const known = new Map(own.map(({ path, message }) => [path, message]));
  return issues.map(({ path: full, message }) => {
    const path = full.replace(/^parameters\.?/, '');
    return { path, message: known.get(path) ?? message };
  });
}

/** The secrets of a run that is repeated are put in by the server. */
function isRedacted(values: Values, path: string): boolean {
  const value = valueAt(values, path.split('.'));
  return typeof value === 'string' && value.includes(REDACTED);
}

/** The job that a check was about. */
const jobOf = (key: readonly unknown[] = []): unknown => valueAt(key, ['1', 'input', 'jobName']);
