import type { JobRun } from '@job-manager/shared/contract/run';
import { useState } from 'react';
import { isSame, parametersProblem, readParameters, type Values, valueAt } from '../../components/parameters/values';
import type { AppliedPreset } from './presets';

/** Longer values are cut in a note. */
const MAX_CHARS = 40;

/** Notes on values: the value in the run that is repeated, or the preset it comes from, until it is changed. */
export function useValueNotes(original: JobRun | undefined) {
  const [applied, apply] = useState<AppliedPreset | null>(null);
  const before: Values | undefined = original?.parameters;
  const noteOf = (path: readonly string[], value: unknown): string | null => {
    if (before !== undefined) {
      const was = valueAt(before, path);
      if (isSame(was, value)) return null;
      return was === undefined ? `not in #${original?.id}` : `was ${short(was)} in #${original?.id}`;
    }
    const given = applied && valueAt(applied.parameters, path);
    return given !== null && given !== undefined && isSame(given, value) ? `from ${applied?.label}` : null;
  };
  return { noteOf, applied, apply };
}

/** Names of the parameters that differ from those of the run that is repeated; also of those that no field draws. */
export function findDifferences(original: JobRun, parameters: string): string[] {
  if (parametersProblem(parameters) !== null) return [];
  const now = readParameters(parameters);
  const names = new Set([...Object.keys(original.parameters), ...Object.keys(now)]);
  return [...names].filter((name) => !isSame(valueAt(original.parameters, [name]), valueAt(now, [name])));
}

function short(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > MAX_CHARS ? `${text.slice(0, MAX_CHARS)}…` : text;
}
