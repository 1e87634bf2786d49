import { IconAlertTriangle } from '@tabler/icons-react';
import { spellDuration } from '../lib/duration';
import { Banner } from '../ui/Banner';

interface Props {
  /** What was saved meanwhile, a text for each difference: `weight: 3 (here: 2)`. */
  differences: readonly string[];
}

/** In a form whose change was refused because another one came in between: saving again overwrites it. */
export function ChangedNote({ differences }: Props) {
  return (
    <Banner icon={IconAlertTriangle} title="This was changed meanwhile">
      {differences.length === 0 ? 'It is now as you have it here.' : `It now has ${differences.join(', ')}.`} Saving
      again overwrites that.
    </Banner>
  );
}

type Settings = Readonly<Record<string, unknown>>;
/** What a form calls a setting, where its name is not enough. */
export type SettingNames = Readonly<Record<string, string>>;

/** How two versions of the same settings differ, as the forms name and write them. */
export const differencesOf = (theirs: Settings, ours: Settings, names: SettingNames = {}): string[] =>
  changedKeys(theirs, ours).map(
    (key) => `${names[key] ?? nameOf(key)}: ${formatValue(key, theirs[key])} (here: ${formatValue(key, ours[key])})`,
  );

/** What a change made of settings: `runs at once 5 → 1`. */
export const changesOf = (before: Settings, after: Settings, names: SettingNames = {}): string[] =>
  changedKeys(before, after).map(
    (key) => `${names[key] ?? nameOf(key)} ${formatValue(key, before[key])} → ${formatValue(key, after[key])}`,
  );

const changedKeys = (before: Settings, after: Settings): string[] =>
  Object.keys(after).filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]));

/** `ratePeriodMs` is called `rate period`. */
const nameOf = (key: string): string =>
  key
    .replace(/Ms$/, '')
    .replace(/^is(?=[A-Z])/, '')
    .replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .trim();

function formatValue(key: string, value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number' && key.endsWith('Ms')) return spellDuration(value);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
