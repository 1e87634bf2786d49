import { channelName, type Unique } from '@job-manager/shared/contract/enqueue-options';
import type { Preset } from '@job-manager/shared/contract/presets';
import { limits } from '@job-manager/shared/limits';

/** How a run is to be queued, as the form has it: empty for the value of the job. */
export interface RunOptionValues {
  /** A time of the reader's zone; holds where the run is to come later. */
  notBefore: string;
  priority: string;
  channel: string;
  maxAttempts: string;
  uniqueKey: string;
  uniqueScope: Unique['scope'];
  /** Minutes. */
  uniquePeriod: string;
  onConflict: Unique['onConflict'];
}

export const noOptions: RunOptionValues = {
  notBefore: '',
  priority: '',
  channel: '',
  maxAttempts: '',
  uniqueKey: '',
  uniqueScope: 'running',
  uniquePeriod: '60',
  onConflict: 'existing',
};

/** Whether any of them is set. */
export const hasOptions = ({ priority, channel, maxAttempts, uniqueKey }: RunOptionValues): boolean =>
  [priority, channel, maxAttempts, uniqueKey].some((text) => text.trim() !== '');

/** Where the run is to queue, as far as what was typed can be meant. */
export function readLane({ channel, priority }: RunOptionValues) {
  const [name, number] = [channel.trim(), numberOf(priority)];
  return {
    channel: channelName.safeParse(name).success ? name : undefined,
    priority: Number.isInteger(number) && Math.abs(number ?? 0) <= limits.priority ? number : undefined,
  };
}

/** What of the options a preset keeps. */
export function readPresetOptions(values: RunOptionValues): Preset['options'] {
  const attempts = numberOf(values.maxAttempts);
  return { ...readLane(values), maxAttempts: Number.isInteger(attempts) ? attempts : undefined };
}

/** The options with those that a preset has. */
export function withPresetOptions(values: RunOptionValues, { channel, priority, maxAttempts }: Preset['options']) {
  return {
    ...values,
    ...(channel !== undefined && { channel }),
    ...(priority !== undefined && { priority: String(priority) }),
    ...(maxAttempts !== undefined && { maxAttempts: String(maxAttempts) }),
  };
}

/** The options as the API takes them; the server reports their problems. */
export function readOptions(values: RunOptionValues) {
  return {
    priority: numberOf(values.priority),
    channel: values.channel.trim() || undefined,
    maxAttempts: numberOf(values.maxAttempts),
    unique: values.uniqueKey.trim() === '' ? undefined : readUnique(values),
  };
}

const MINUTE_MS = 60_000;

function readUnique({ uniqueKey, uniqueScope, uniquePeriod, onConflict }: RunOptionValues) {
  const minutes = uniqueScope === 'period' ? numberOf(uniquePeriod) : undefined;
  return {
    key: uniqueKey.trim(),
    scope: uniqueScope,
    periodMs: minutes === undefined ? undefined : Math.round(minutes * MINUTE_MS),
    onConflict,
  };
}

const numberOf = (text: string): number | undefined => (text.trim() === '' ? undefined : Number(text));

const fieldOf: Record<string, keyof RunOptionValues> = {
  runAt: 'notBefore',
  priority: 'priority',
  channel: 'channel',
  maxAttempts: 'maxAttempts',
  unique: 'uniqueKey',
  'unique.key': 'uniqueKey',
  'unique.periodMs': 'uniquePeriod',
};

/** The field of the form that an objection of the server is about, or undefined. */
export function optionField(path: string): `options.${keyof RunOptionValues}` | undefined {
  const field = fieldOf[path] ?? fieldOf[path.split('.')[0] ?? ''];
  return field && `options.${field}`;
}

export const isOptionField = (field: string): boolean => field.startsWith('options.');
