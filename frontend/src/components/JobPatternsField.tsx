import { isJobWithin } from '@job-manager/shared/job-patterns';
import { TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { definitionsQuery } from '../api/job-queries';
import { readJobPatterns } from './job-limit';

interface Props {
  value: string;
  onChange: (text: string) => void;
  error?: string | null;
}

/** Jobs that access is limited to, as text, with the jobs that they leave in now. */
export function JobPatternsField({ value, onChange, error }: Props) {
  const jobs = useQuery(definitionsQuery());
  const patterns = readJobPatterns(value);
  const names = jobs.data?.map(({ name }) => name) ?? [];
  const within = names.filter((name) => isJobWithin(patterns, name));
  return (
    <TextInput
      label="These jobs alone"
      description={
        patterns === null || jobs.data === undefined
          ? 'Names, or patterns such as media-*; all jobs where it is empty. Others are neither seen nor acted on.'
          : `Now ${within.length} of ${names.length} jobs: ${listed(within)}`
      }
      placeholder="All jobs"
      autoComplete="off"
      spellCheck={false}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      error={error}
    />
  );
}

const SHOWN = 6;
const listed = (names: readonly string[]): string => {
  if (names.length === 0) return 'no job has such a name.';
  const more = names.length - SHOWN;
  return `${names.slice(0, SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}.`;
};
