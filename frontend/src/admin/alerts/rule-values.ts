import { type AlertRuleKind, alertKindOf } from '@job-manager/shared/alert-rules';
import type { AlertRule, GivenAlertRule } from '@job-manager/shared/contract/alerts/rules';

/** The fields of a rule, as a request would save them. */
export const givenOf = (rule: AlertRule): GivenAlertRule => {
  const { name, kind, jobs, onlyCritical, channels, threshold, windowMs, severity, destinationIds } = rule;
  const { remindMs, quiet, isOn } = rule;
  return {
    ...{ name, kind, jobs, onlyCritical, channels, threshold, windowMs, severity, destinationIds },
    ...{ remindMs, quiet, isOn },
  };
};

/** The fields of the form, as typed. */
export interface RuleValues {
  name: string;
  kind: AlertRuleKind;
  jobs: string;
  onlyCritical: boolean;
  channels: string;
  threshold: string;
  windowMinutes: string;
  severity: GivenAlertRule['severity'];
  destinationIds: string[];
  remindHours: string;
  isQuiet: boolean;
  quietFrom: string;
  quietTo: string;
  isOn: boolean;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** What a new rule begins with, where a page leads to it. */
export interface RulePreset {
  kind: AlertRuleKind;
  job: string | null;
  channel: string | null;
}

/** The fields of a rule, or of a new one. */
export function valuesOf(rule: AlertRule | null, preset?: RulePreset): RuleValues {
  const values = valuesOfRule(rule);
  if (!preset) return values;
  const { kind, job, channel } = preset;
  const subject = job ?? channel;
  const { label } = alertKindOf(kind);
  return {
    ...values,
    kind,
    name: (subject === null ? label : `${label}: ${subject}`).slice(0, 100),
    jobs: job ?? '',
    channels: channel ?? '',
  };
}

function valuesOfRule(rule: AlertRule | null): RuleValues {
  return {
    name: rule?.name ?? '',
    kind: rule?.kind ?? 'runFailed',
    jobs: rule?.jobs.join(', ') ?? '',
    onlyCritical: rule?.onlyCritical ?? false,
    channels: rule?.channels.join(', ') ?? '',
    threshold: rule?.threshold == null ? '' : String(rule.threshold),
    windowMinutes: rule?.windowMs == null ? '' : String(rule.windowMs / MINUTE_MS),
    severity: rule?.severity ?? 'WARNING',
    destinationIds: rule?.destinationIds ?? [],
    remindHours: rule === null ? '4' : rule.remindMs === null ? '' : String(rule.remindMs / HOUR_MS),
    isQuiet: (rule?.quiet ?? null) !== null,
    quietFrom: rule?.quiet?.from ?? '22:00',
    quietTo: rule?.quiet?.to ?? '07:00',
    isOn: rule?.isOn ?? true,
  };
}

/** Names in a text with commas or spaces between. */
export const listOf = (text: string): string[] =>
  text
    .split(/[\s,]+/)
    .map((part) => part.trim())
    .filter((part) => part !== '');

const numberOf = (text: string, factor = 1): number | null =>
  text.trim() === '' ? null : Math.round(Number(text) * factor);

/** The body to send, without fields that the kind does not have. `timeZone` is the zone of quiet hours. */
export function ruleOf(values: RuleValues, timeZone: string): GivenAlertRule {
  const { subject, threshold, windowMs } = alertKindOf(values.kind);
  const { name, kind, severity, destinationIds, isOn } = values;
  return {
    ...{ name, kind, severity, destinationIds, isOn },
    jobs: subject === 'jobs' ? listOf(values.jobs) : [],
    onlyCritical: subject === 'jobs' && values.onlyCritical,
    channels: subject === 'channels' ? listOf(values.channels) : [],
    threshold: threshold && values.threshold.trim() !== '' ? Number(values.threshold) : null,
    windowMs: windowMs ? numberOf(values.windowMinutes, MINUTE_MS) : null,
    remindMs: numberOf(values.remindHours, HOUR_MS),
    quiet: values.isQuiet ? { from: values.quietFrom, to: values.quietTo, timeZone } : null,
  };
}

/** Fields with a text that is no number. */
export function numberProblems({ threshold, windowMinutes, remindHours }: RuleValues) {
  const problemOf = (text: string) =>
    text.trim() !== '' && !Number.isFinite(Number(text)) ? 'Enter a number' : undefined;
  return { threshold: problemOf(threshold), windowMs: problemOf(windowMinutes), remindMs: problemOf(remindHours) };
}
