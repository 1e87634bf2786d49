import { IconAlertTriangle } from '@tabler/icons-react';
import { Banner } from '../ui/Banner';

interface Props {
  /** What somebody else saved meanwhile, a line for each difference: `weight: 3 (here: 2)`. */
  differences: readonly string[];
}

/** In a form whose change was refused because another one came in between: saving again overwrites it. */
export function ChangedNote({ differences }: Props) {
  return (
    <Banner icon={IconAlertTriangle} title="Somebody else changed this meanwhile">
      {differences.length === 0 ? 'It is now as you have it here.' : `It now says ${differences.join(', ')}.`} Saving
      again overwrites that.
    </Banner>
  );
}

/** How two versions of the same settings differ, in words. */
export function differencesOf(theirs: Record<string, unknown>, ours: Record<string, unknown>): string[] {
  return Object.keys(ours)
    .filter((key) => JSON.stringify(theirs[key]) !== JSON.stringify(ours[key]))
    .map((key) => `${key}: ${inWords(theirs[key])} (here: ${inWords(ours[key])})`);
}

const inWords = (value: unknown): string =>
  value === null || value === undefined ? 'nothing' : typeof value === 'object' ? JSON.stringify(value) : String(value);
