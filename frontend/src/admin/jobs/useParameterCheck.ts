import type { JobDefinition } from '@job-manager/shared/contract/run';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { checkQuery } from './form-calls';
import { fieldsOf } from './parameter-fields';
import { parametersFault, readParameters } from './parameters';

interface ParameterCheck {
  /** What the job objects to, by the name of the parameter. */
  faults: Record<string, string>;
  /** What it objects to that belongs to no field; null for nothing. */
  rest: string | null;
}

/** Longer than between two keys, and short enough to seem at once. */
const PAUSE_MS = 400;
const NONE = {};

/** Asks the server at pauses of typing what enqueueing these parameters would say; nothing is queued by it. */
export function useParameterCheck({ name: jobName, parametersSchema }: JobDefinition, text: string): ParameterCheck {
  const [settled] = useDebouncedValue(text, PAUSE_MS);
  const isReadable = parametersFault(settled) === null;
  const { data } = useQuery({
    ...checkQuery(jobName, isReadable ? readParameters(settled) : NONE),
    enabled: isReadable,
  });
  if (data === undefined || !isReadable) return { faults: NONE, rest: null };
  const drawn = new Set(fieldsOf(parametersSchema).map(({ name }) => name));
  const faults: Record<string, string> = {};
  const rest: string[] = [];
  for (const { path, message } of data.issues) {
    const [, at = ''] = /^parameters\.?(.*)$/.exec(path) ?? [];
    const name = at.split('.')[0] ?? '';
    if (!drawn.has(name)) rest.push(at === '' ? message : `${at}: ${message}`);
    else faults[name] ??= at === name ? message : `${at.slice(name.length + 1)}: ${message}`;
  }
  return { faults, rest: rest.length === 0 ? null : rest.join('; ') };
}
