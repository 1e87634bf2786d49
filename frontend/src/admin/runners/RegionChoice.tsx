import type { RunnerDetails } from '@job-manager/shared/contract/runners';
import { NativeSelect } from '@mantine/core';

/** The regions that runners name by their label `region`. */
export const regionsOf = (runners: readonly RunnerDetails[]): string[] =>
  [...new Set(runners.flatMap(({ labels }) => labels.region ?? []))].sort();

interface Props {
  regions: readonly string[];
  region: string | null;
  onChange: (region: string | null) => void;
}

/** Which region to show; nothing where no runner names one. */
export function RegionChoice({ regions, region, onChange }: Props) {
  if (regions.length === 0 && region === null) return null;
  const known = region === null || regions.includes(region) ? regions : [...regions, region];
  return (
    <NativeSelect
      aria-label="Region"
      data={[{ value: '', label: 'All regions' }, ...known.map((value) => ({ value, label: value }))]}
      value={region ?? ''}
      onChange={(event) => onChange(event.currentTarget.value || null)}
    />
  );
}
