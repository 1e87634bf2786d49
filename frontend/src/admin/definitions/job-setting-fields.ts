import type { JobOverrides, JobSettings, JobSettingsChange } from '@job-manager/shared/contract/job-overrides';
import type { JobDefinition } from '@job-manager/shared/contract/run';
import { formatDuration, spellDuration } from '../../lib/duration';

/** Texts as they stand in the fields; an empty one is not set. */
export interface SettingValues {
  channel: string;
  priority: string;
  maxAttempts: string;
  backoffS: string;
  timeoutS: string;
  slowAfterS: string;
  stalledAfterS: string;
  onStalled: string;
  autoForceFailMin: string;
  keepDays: string;
  isCritical: boolean;
}

export type SettingName = Exclude<keyof SettingValues, 'isCritical'>;

interface SettingField {
  name: SettingName;
  /** The setting of the API that it stands for. */
  of: Exclude<keyof JobOverrides, 'isCritical'>;
  label: string;
  /** What holds while it is not set. */
  unset: (code: JobDefinition['code'], stalledAfterMs: number) => string;
}

/** The fields of the form, in their order. */
export const settingFields: readonly SettingField[] = [
  { name: 'channel', of: 'channel', label: 'Channel', unset: (code) => `In code: ${code.channel}` },
  { name: 'priority', of: 'priority', label: 'Priority', unset: (code) => `In code: ${code.priority}` },
  { name: 'maxAttempts', of: 'maxAttempts', label: 'Attempts', unset: (code) => `In code: ${code.maxAttempts}` },
  {
    name: 'backoffS',
    of: 'retry',
    label: 'First retry within, seconds',
    unset: (code) => `In code: ${formatDuration(code.retry.backoffMs)}`,
  },
  {
    name: 'timeoutS',
    of: 'timeoutMs',
    label: 'Timeout of an attempt, seconds; 0 for none',
    unset: (code) => `In code: ${code.timeoutMs === null ? 'none' : formatDuration(code.timeoutMs)}`,
  },
  {
    name: 'slowAfterS',
    of: 'slowAfterMs',
    label: 'Slow after, seconds',
    unset: (code) => `In code: ${formatDuration(code.slowAfterMs)}`,
  },
  {
    name: 'stalledAfterS',
    of: 'stalledAfterMs',
    label: 'Stalled after a silence of, seconds',
    unset: (_code, stalledAfterMs) => `By default: ${spellDuration(stalledAfterMs)}; at least three heartbeats`,
  },
  { name: 'onStalled', of: 'onStalled', label: 'What becomes of stalled runs', unset: () => '' },
  {
    name: 'autoForceFailMin',
    of: 'autoForceFailAfterMs',
    label: 'Fail after an ignored cancel, minutes',
    unset: () => 'By default: never; 1 to 60',
  },
  {
    name: 'keepDays',
    of: 'keepDays',
    label: 'Keep finished runs, days; 0 for ever',
    unset: () => 'By default: as long as those of other jobs',
  },
];

/** Nothing is set. */
export const NOTHING: JobOverrides = {
  channel: null,
  priority: null,
  maxAttempts: null,
  retry: null,
  timeoutMs: null,
  slowAfterMs: null,
  stalledAfterMs: null,
  onStalled: null,
  autoForceFailAfterMs: null,
  keepDays: null,
  isCritical: false,
};

const text = (value: number | null | undefined, unit = 1): string => (value == null ? '' : String(value / unit));

/** Settings as the fields show them. */
export const valuesOf = (settings: JobOverrides): SettingValues => ({
  channel: settings.channel ?? '',
  priority: text(settings.priority),
  maxAttempts: text(settings.maxAttempts),
  backoffS: text(settings.retry?.backoffMs, 1_000),
  timeoutS: text(settings.timeoutMs, 1_000),
  slowAfterS: text(settings.slowAfterMs, 1_000),
  stalledAfterS: text(settings.stalledAfterMs, 1_000),
  onStalled: settings.onStalled ?? '',
  autoForceFailMin: text(settings.autoForceFailAfterMs, 60_000),
  keepDays: text(settings.keepDays),
  isCritical: settings.isCritical,
});

const read = (value: string, unit = 1): number | null => (value.trim() === '' ? null : Number(value) * unit);

/** What the fields would set; what they don't show of `settings` stays. */
export function changeOf(values: SettingValues, settings: JobSettings): Required<JobSettingsChange> {
  const backoffMs = read(values.backoffS, 1_000);
  return {
    channel: values.channel.trim() || null,
    priority: read(values.priority),
    maxAttempts: read(values.maxAttempts),
    timeoutMs: read(values.timeoutS, 1_000),
    slowAfterMs: read(values.slowAfterS, 1_000),
    stalledAfterMs: read(values.stalledAfterS, 1_000),
    onStalled: (values.onStalled || null) as JobOverrides['onStalled'],
    autoForceFailAfterMs: read(values.autoForceFailMin, 60_000),
    keepDays: read(values.keepDays),
    retry: backoffMs === null ? null : { factor: 2, maxBackoffMs: 3_600_000, ...settings.retry, backoffMs },
    isCritical: values.isCritical,
  };
}

/** How many settings are made of a job. */
export const countSet = (settings: JobOverrides): number =>
  Object.keys(NOTHING).filter((name) => {
    const value = settings[name as keyof JobOverrides];
    return value !== null && value !== false;
  }).length;
