import type { AlertRuleKind, AlertSeverity } from '@job-manager/shared/alert-rules';
import type { GivenAlertRule, QuietHours } from '@job-manager/shared/contract/alerts/rules';
import { type AuditPerson, auditPerson, auditPersonValues } from '../audit.js';
import type { Sql } from '../sql.js';

export interface RuleRow {
  id: string;
  name: string;
  kind: AlertRuleKind;
  jobs: string[];
  onlyCritical: boolean;
  channels: string[];
  threshold: number | null;
  windowMs: number | null;
  severity: AlertSeverity;
  destinationIds: string[];
  remindMs: number | null;
  quiet: QuietHours | null;
  isOn: boolean;
  /** Earlier events don't count for it. */
  onSince: Date;
  isReady: boolean;
  problem: string | null;
  rev: number;
  updatedAt: Date;
  updatedBy: string | null;
}

/** The limit of rules: far more than people can follow. */
export const MAX_RULES = 200;

const COLUMNS = `id, name, kind, jobs, "onlyCritical", channels, threshold, "windowMs"::float8 AS "windowMs", severity,
  "destinationIds", "remindMs"::float8 AS "remindMs", quiet, "isOn", "onSince", "isReady", problem, rev, "updatedAt", "updatedBy"`;

/** All rules by name. */
export async function listRules(sql: Sql): Promise<RuleRow[]> {
  return (await sql.query<RuleRow>(`SELECT ${COLUMNS} FROM "AlertRule" ORDER BY lower(name), id`)).rows;
}

/** One rule; null for none. */
export async function findRule(sql: Sql, id: string): Promise<RuleRow | null> {
  const { rows } = await sql.query<RuleRow>(`SELECT ${COLUMNS} FROM "AlertRule" WHERE id = $1`, [id]);
  return rows[0] ?? null;
}

/** A rule that comes with the installation, always under the same id. */
export interface ReadyRule extends Pick<GivenAlertRule, 'name' | 'kind' | 'severity' | 'isOn' | 'onlyCritical'> {
  id: string;
}

/** Adds those of the ready rules that are not there. */
export async function addReadyRules(sql: Sql, rules: readonly ReadyRule[]): Promise<void> {
  await sql.query(
    `INSERT INTO "AlertRule" (id, name, kind, severity, "isOn", "onlyCritical", jobs, channels, "destinationIds", "remindMs", "isReady")
     SELECT id, name, kind, severity, "isOn", "onlyCritical", '{}', '{}', '{}', 14400000, true
     FROM jsonb_to_recordset($1::jsonb) AS r(id uuid, name text, kind text, severity "AlertSeverity", "isOn" boolean, "onlyCritical" boolean)
     ON CONFLICT DO NOTHING`,
    [JSON.stringify(rules)],
  );
}

const audited = (
  source: string,
  action: 'alert-rule.create' | 'alert-rule.change' | 'alert-rule.remove',
  first: number,
) =>
  auditPerson(
    source,
    {
      action,
      target: 'name',
      details: `to_jsonb(${source}) - 'onSince' - 'problem' - 'updatedAt' - 'updatedBy' - 'isReady'`,
    },
    first,
  );

const valuesOf = (rule: GivenAlertRule): unknown[] => [
  rule.name,
  rule.kind,
  rule.jobs,
  rule.onlyCritical,
  rule.channels,
  rule.threshold,
  rule.windowMs,
  rule.severity,
  rule.destinationIds,
  rule.remindMs,
  rule.quiet && JSON.stringify(rule.quiet),
  rule.isOn,
];

/** Saves a rule and writes its audit entry; null where there are MAX_RULES. Throws 23505 for a name that is taken. */
export async function addRule(sql: Sql, rule: GivenAlertRule, person: AuditPerson): Promise<RuleRow | null> {
  const { rows } = await sql.query<RuleRow>(ADD, [...valuesOf(rule), ...auditPersonValues(person)]);
  return rows[0] ?? null;
}

const ADD = `
WITH added AS (
  INSERT INTO "AlertRule" (name, kind, jobs, "onlyCritical", channels, threshold, "windowMs", severity, "destinationIds", "remindMs", quiet, "isOn", "updatedBy")
  SELECT $1, $2, $3::text[], $4, $5::text[], $6::float8, $7::bigint, $8::"AlertSeverity", $9::uuid[], $10::bigint, $11::jsonb, $12, left($14::text, 254)
  WHERE (SELECT count(*) FROM "AlertRule") < ${MAX_RULES}
  RETURNING *
), audited AS (${audited('added', 'alert-rule.create', 13)})
SELECT ${COLUMNS} FROM added`;

/** Changes a rule and writes its audit entry; null, without a change, where its `rev` is another. */
export async function changeRule(
  sql: Sql,
  { id, rev }: { id: string; rev: number },
  rule: GivenAlertRule,
  person: AuditPerson,
): Promise<RuleRow | null> {
  const { rows } = await sql.query<RuleRow>(CHANGE, [...valuesOf(rule), ...auditPersonValues(person), id, rev]);
  return rows[0] ?? null;
}

// Events while the rule was off don't count for it, nor do those that it did not evaluate before.
const CHANGE = `
WITH changed AS (
  UPDATE "AlertRule" SET name = $1, kind = $2::varchar, jobs = $3::text[], "onlyCritical" = $4, channels = $5::text[], threshold = $6::float8, "windowMs" = $7::bigint,
    severity = $8::"AlertSeverity", "destinationIds" = $9::uuid[], "remindMs" = $10::bigint, quiet = $11::jsonb, "isOn" = $12, "updatedBy" = left($14::text, 254),
    "onSince" = CASE WHEN "isOn" AND kind = $2::varchar AND jobs::text[] = $3::text[] AND "onlyCritical" = $4 THEN "onSince" ELSE clock_timestamp() END,
    rev = rev + 1, problem = NULL, "updatedAt" = clock_timestamp()
  WHERE id = $17 AND rev = $18 RETURNING *
), audited AS (${audited('changed', 'alert-rule.change', 13)})
SELECT ${COLUMNS} FROM changed`;

/** Removes a rule that is not a ready one and writes its audit entry; false where there is none. */
export async function removeRule(sql: Sql, id: string, person: AuditPerson): Promise<boolean> {
  const { rows } = await sql.query(
    `WITH removed AS (DELETE FROM "AlertRule" WHERE id = $1 AND NOT "isReady" RETURNING *
     ), audited AS (${audited('removed', 'alert-rule.remove', 2)}) SELECT FROM removed`,
    [id, ...auditPersonValues(person)],
  );
  return rows.length > 0;
}

/** Notes which rules could not be evaluated, and why; all others could. */
export async function noteRuleProblems(sql: Sql, problems: { id: string; problem: string }[]): Promise<void> {
  await sql.query(
    `UPDATE "AlertRule" r SET problem = left(p.problem, 300)
     FROM "AlertRule" o LEFT JOIN jsonb_to_recordset($1::jsonb) AS p(id uuid, problem text) USING (id)
     WHERE o.id = r.id AND r.problem IS DISTINCT FROM left(p.problem, 300)`,
    [JSON.stringify(problems)],
  );
}
