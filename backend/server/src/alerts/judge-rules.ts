import { type MaintenanceTask, TaskProblem } from '@job-manager/engine/queue/maintenance/maintenance-loop';
import { readCriticalJobs, readNow } from '@job-manager/engine/store/alerts/facts';
import { type BrokenRule, type Judged, writeJudgement } from '@job-manager/engine/store/alerts/judge';
import { addReadyRules, listRules, noteRuleProblems, type RuleRow } from '@job-manager/engine/store/alerts/rules';
import { isUnreachable } from '@job-manager/engine/store/database-errors';
import type { Sql } from '@job-manager/engine/store/sql';
import { alertKindOf } from '@job-manager/shared/alert-rules';
import type { SystemHealth } from '@job-manager/shared/contract/health';
import type { Outage } from './outage.js';
import { readyRules } from './ready-rules.js';
import { ruleJudgeOf } from './rules.js';
import type { AlertSource, Finding, Rule } from './source.js';
import { incidentsOf, type Span } from './spans.js';

export interface JudgeDeps {
  sql: Sql;
  health: { system(): Promise<SystemHealth> };
  /** An outage of the database that has just ended. */
  outage?(): Outage | null;
}

/** A pass of all rules: opens and closes incidents, and writes the messages of them. */
export const judgingRules = (deps: JudgeDeps): MaintenanceTask => ({
  name: 'judge alert rules',
  run: async () => describeJudged(await judgeRules(deps)),
});

/**
 * Judges all rules that are on. One that can't be judged keeps its incidents as they are, and throws TaskProblem when
 * all others have been.
 */
export async function judgeRules({ sql, health, outage }: JudgeDeps): Promise<Judged> {
  await addMissingRules(sql);
  const rules = (await listRules(sql)).filter(({ isOn }) => isOn);
  const source = await sourceOf({ sql, health, outage });
  const broken: BrokenRule[] = [];
  const judged: string[] = [];
  const problems: { id: string; name: string; problem: string }[] = [];
  for (const rule of rules) {
    try {
      const findings = await ruleJudgeOf(rule.kind).find(rule, source);
      broken.push(...findings.map((finding) => brokenOf(rule, finding)));
      judged.push(rule.id);
    } catch (error) {
      if (isUnreachable(error)) throw error;
      problems.push({ id: rule.id, name: rule.name, problem: error instanceof Error ? error.message : String(error) });
    }
  }
  const done = await writeJudgement(sql, { broken: distinct(broken), judged, on: rules.map(({ id }) => id) });
  await noteRuleProblems(sql, problems);
  const [first] = problems;
  if (first)
    throw new TaskProblem(
      `${problems.length} alert rules could not be judged, among them "${first.name}": ${first.problem}`,
    );
  return done;
}

/** Adds the rules that come with an installation, where they are not there. */
export const addMissingRules = (sql: Sql): Promise<void> => addReadyRules(sql, readyRules);

/** All that rules are judged by, read at most once. */
export async function sourceOf({ sql, health, outage }: JudgeDeps): Promise<AlertSource> {
  let system: Promise<SystemHealth> | undefined;
  return {
    sql,
    now: await readNow(sql),
    critical: await readCriticalJobs(sql),
    outage: outage?.() ?? null,
    health: () => {
      system ??= health.system();
      return system;
    },
  };
}

/** Half of a surrogate pair is no text that PostgreSQL takes. */
const cut = (text: string, chars: number): string =>
  text.length <= chars ? text : `${text.slice(0, chars - 1).replace(/[\ud800-\udbff]$/, '')}…`;

const MAX_KEY_CHARS = 250;

function brokenOf(rule: RuleRow, { subject, title, cause, severity = rule.severity, ...finding }: Finding): BrokenRule {
  return {
    key: `${rule.id} ${subject}`.slice(0, MAX_KEY_CHARS),
    ruleId: rule.id,
    ruleName: rule.name,
    kind: rule.kind,
    severity,
    title: cut(title, 300),
    cause: cut(cause, 1_000),
    jobName: finding.jobName ?? null,
    channel: finding.channel ?? null,
    fingerprint: finding.fingerprint ?? null,
    lastRunId: finding.lastRunId ?? null,
    count: finding.count ?? null,
    eventAt: finding.eventAt ?? null,
  };
}

/** A statement can't write one row twice. */
const distinct = (broken: BrokenRule[]): BrokenRule[] => [...new Map(broken.map((each) => [each.key, each])).values()];

function describeJudged({ opened, reopened, closed, reminded }: Judged): string {
  const parts = Object.entries({ opened: opened + reopened, closed, reminded }).filter(([, count]) => count > 0);
  return parts.length === 0 ? 'Nothing changed' : parts.map(([what, count]) => `${count} ${what}`).join(', ');
}

export const TRIAL_MS = 7 * 86_400_000;

/** A rule that was not saved, as if it had been on all the time. */
export const unsavedRule = (rule: Omit<Rule, 'onSince'>): Rule => ({ ...rule, onSince: new Date(0) });

/**
 * Which incidents a rule would have opened in the last seven days, the newest first; null where too little is kept to
 * know.
 */
export async function tryRule(rule: Rule, source: AlertSource): Promise<Span[] | null> {
  const { replay } = ruleJudgeOf(rule.kind);
  if (!alertKindOf(rule.kind).hasTrial || !replay) return null;
  const spans = await replay(rule, source, new Date(source.now.getTime() - TRIAL_MS));
  return incidentsOf(spans, source.now.getTime()).sort((one, other) => other.from - one.from);
}
