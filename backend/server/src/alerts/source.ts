import type { RuleRow } from '@job-manager/engine/store/alerts/rules';
import type { Sql } from '@job-manager/engine/store/sql';
import { alertKindOf } from '@job-manager/shared/alert-rules';
import type { SystemHealth } from '@job-manager/shared/contract/health';
import type { Outage } from './outage.js';
import type { Span } from './spans.js';

/** The conditions of a rule, without the fields that only a saved rule has. */
export type Rule = Pick<
  RuleRow,
  'kind' | 'jobs' | 'onlyCritical' | 'channels' | 'threshold' | 'windowMs' | 'severity' | 'onSince'
>;

/** All that rules are judged by. */
export interface AlertSource {
  sql: Sql;
  /** By the database's clock. */
  now: Date;
  health(): Promise<SystemHealth>;
  /** An outage of the database that has just ended. */
  outage: Outage | null;
  /** Jobs that operators marked as critical. */
  critical: ReadonlySet<string>;
}

/** For what a rule is broken now. */
export interface Finding {
  /** Distinguishes it from others of the same rule. */
  subject: string;
  title: string;
  cause: string;
  severity?: 'WARNING' | 'CRITICAL';
  jobName?: string;
  channel?: string;
  fingerprint?: string;
  lastRunId?: string;
  count?: number;
  eventAt?: Date;
}

/** How rules of one kind are judged. */
export interface RuleJudge {
  /** For what the rule is broken now. */
  find(rule: Rule, source: AlertSource): Promise<Finding[]>;
  /** For what it was broken since a moment, and when; left out where too little is kept to know. */
  replay?(rule: Rule, source: AlertSource, from: Date): Promise<Span[]>;
}

/** The threshold of a rule, by default that of its kind. */
export const thresholdOf = ({ kind, threshold }: Rule): number =>
  threshold ?? alertKindOf(kind).threshold?.fallback ?? 0;

/** The window of a rule in milliseconds, by default that of its kind. */
export const windowOf = ({ kind, windowMs }: Rule): number => windowMs ?? alertKindOf(kind).windowMs?.fallback ?? 0;

/** Whether a rule is about a job. */
export function covers(rule: Rule, jobName: string, { critical }: Pick<AlertSource, 'critical'>): boolean {
  if (rule.onlyCritical && !critical.has(jobName)) return false;
  return rule.jobs.length === 0 || rule.jobs.some((pattern) => fits(jobName, pattern));
}

const fits = (name: string, pattern: string): boolean =>
  pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
