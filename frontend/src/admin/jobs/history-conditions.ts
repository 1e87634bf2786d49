import { jobRunTriggers } from '@job-manager/shared/run';
import type { MoreFilters } from '../../api/job-queries';
import { triggerLabel } from '../../components/status';
import { formatDuration } from '../../lib/duration';

type Name = Exclude<keyof MoreFilters, 'not' | 'scheduleId' | 'batchId'>;

/** A condition of the history that is looked up in the runs: how it is entered and shown. */
interface Kind {
  name: Name;
  label: string;
  input: 'text' | 'duration' | 'count' | 'choice';
  /** What can be typed. */
  hint?: string;
  choices?: readonly { value: string; label: string }[];
  /** It can be turned round. */
  hasNot?: boolean;
}

/** In the order of the menu. */
export const conditionKinds: readonly Kind[] = [
  { name: 'text', label: 'Text', input: 'text', hint: 'Stands in the error or the scope' },
  { name: 'param', label: 'Parameter', input: 'text', hint: 'A name, = and a value, such as userId=8' },
  { name: 'by', label: 'Started by', input: 'text', hint: 'An e-mail, “token” and the name of a token, or “system”' },
  {
    name: 'trigger',
    label: 'Trigger',
    input: 'choice',
    hasNot: true,
    choices: jobRunTriggers.map((value) => ({ value, label: triggerLabel[value] })),
  },
  { name: 'channel', label: 'Channel', input: 'text', hasNot: true },
  { name: 'tookMinMs', label: 'Took at least', input: 'duration', hint: 'Such as 90s, 10m or 2h' },
  { name: 'tookMaxMs', label: 'Took at most', input: 'duration', hint: 'Such as 90s, 10m or 2h' },
  { name: 'waitedMinMs', label: 'Waited at least', input: 'duration', hint: 'Such as 90s, 10m or 2h' },
  { name: 'waitedMaxMs', label: 'Waited at most', input: 'duration', hint: 'Such as 90s, 10m or 2h' },
  { name: 'attemptsMin', label: 'Attempts at least', input: 'count' },
  {
    name: 'has',
    label: 'Wrote',
    input: 'choice',
    choices: [
      { value: 'warnings', label: 'Warnings' },
      { value: 'errors', label: 'Errors' },
    ],
  },
  { name: 'runner', label: 'Runner', input: 'text', hint: 'Its host, a colon and its process, such as vm:29504' },
  { name: 'region', label: 'Region', input: 'text', hint: 'The label “region” of the runner' },
  { name: 'correlationId', label: 'Correlation id', input: 'text' },
  { name: 'scope', label: 'Scope', input: 'text' },
  { name: 'version', label: 'Job version', input: 'text' },
];

/** Whether the condition of this name is turned round. */
export const isNegated = ({ not }: MoreFilters, name: string): boolean => not?.split(',').includes(name) ?? false;

/** "Channel: mail", "Took at least: 1m", "Trigger: not Cron". */
export function describeCondition({ name, label, input, choices }: Kind, more: MoreFilters): string {
  const value = more[name];
  const shown =
    input === 'duration'
      ? formatDuration(Number(value))
      : (choices?.find((choice) => choice.value === value)?.label ?? String(value));
  return `${label}: ${isNegated(more, name) ? 'not ' : ''}${shown}`;
}

const UNITS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** What was typed as the condition has it; null for what it can't be. */
export function readCondition({ name, input }: Kind, text: string): string | number | null {
  const given = text.trim();
  if (given === '') return null;
  if (input === 'count') return /^[1-9]\d{0,2}$/.test(given) ? Number(given) : null;
  if (input === 'duration') {
    const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)$/.exec(given) ?? [];
    return amount === undefined ? null : Math.round(Number(amount) * (UNITS[unit ?? ''] ?? 1));
  }
  return name === 'param' && !/^[^=]+=/.test(given) ? null : given;
}

/** The conditions with this one set, or taken away; undefined for none. */
export function withCondition(
  more: MoreFilters | undefined,
  kind: Kind,
  value: string | number | null,
  isNot = false,
): MoreFilters | undefined {
  const nots = (more?.not?.split(',') ?? []).filter((name) => name !== kind.name);
  if (isNot && value !== null) nots.push(kind.name);
  const next = { ...more, [kind.name]: value ?? undefined, not: nots.length > 0 ? nots.join(',') : undefined };
  return Object.values(next).some((given) => given !== undefined) ? (next as MoreFilters) : undefined;
}

export type { Kind as ConditionKind };
