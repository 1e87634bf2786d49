import { limits } from '@job-manager/shared/limits';
import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { forceFailAfterQuery } from '../../api/job-queries';
import { spellDuration } from '../../lib/duration';

const CHOICES_MS = [0, 10_000, 30_000, limits.forceFailGraceMs];

interface Props {
  /** Undefined for as the server has it. */
  graceMs: number | undefined;
  onChange: (graceMs: number) => void;
}

/** How long runs have to stop by themselves before they are failed. */
export function Grace({ graceMs, onChange }: Props) {
  const { data: usual } = useQuery(forceFailAfterQuery());
  const chosen = graceMs ?? usual;
  const choices =
    chosen === undefined || CHOICES_MS.includes(chosen) ? CHOICES_MS : [...CHOICES_MS, chosen].sort(byNumber);
  return (
    <Select
      label="Time to stop by itself"
      description="Counted from the first request to stop: runs that were requested earlier may have had it already."
      data={choices.map((ms) => ({ value: String(ms), label: ms === 0 ? 'None: at once' : spellDuration(ms) }))}
      value={chosen === undefined ? null : String(chosen)}
      allowDeselect={false}
      onChange={(next) => next !== null && onChange(Number(next))}
    />
  );
}

const byNumber = (a: number, b: number): number => a - b;
