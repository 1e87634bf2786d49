import { type AuditAction, type AuditSubject, auditActions, maintenanceActions } from '@job-manager/shared/audit';
import { containing } from './search.js';
import type { Sql } from './sql.js';

/** An entry of the audit log; 64-bit numbers are strings. */
export interface AuditEventRow {
  id: string;
  at: Date;
  actorId: number | null;
  actorEmail: string | null;
  action: string;
  runId: string | null;
  target: string | null;
  details: unknown;
  ip: string | null;
  userAgent: string | null;
}

export interface AuditFilters {
  /** Part of the actor. */
  actor?: string;
  action?: AuditAction;
  jobRunId?: string;
  subject?: AuditSubject;
  about?: 'maintenance';
  /** The whole name of what was acted on. */
  target?: string;
  hide?: 'sign-ins';
  from?: Date;
  to?: Date;
}

const SIGN_INS: AuditAction[] = ['session.begin', 'session.end'];

/** The entries older than `before` (an id), newest first, at most `limit`. */
export async function readAuditLog(
  sql: Sql,
  filters: AuditFilters,
  page: { before?: string; limit: number },
): Promise<AuditEventRow[]> {
  const values: unknown[] = [];
  const conditions: string[] = [];
  const where = (value: unknown, condition: (parameter: string) => string) => {
    if (value !== undefined) conditions.push(condition(`$${values.push(value)}`));
  };
  where(filters.actor ? containing(filters.actor) : undefined, (part) => `"actorEmail" ILIKE ${part}`);
  where(filters.action, (action) => `action = ${action}`);
  where(filters.jobRunId, (runId) => `"runId" = ${runId}`);
  const actions = auditActions.filter((action) => action.startsWith(`${filters.subject}.`));
  where(filters.subject && actions, (names) => `action = ANY(${names}::text[])`);
  where(filters.about && maintenanceActions, (names) => `action = ANY(${names}::text[])`);
  where(filters.target, (target) => `target = ${target}`);
  where(filters.hide && SIGN_INS, (names) => `action <> ALL(${names}::text[])`);
  where(filters.from, (from) => `at >= ${from}`);
  where(filters.to, (to) => `at <= ${to}`);
  where(page.before, (id) => `id < ${id}`);
  // What was done to one channel, job or schedule is rare: without the fence the planner walks through the whole log.
  const fence = filters.subject && filters.target !== undefined ? 'OFFSET 0' : '';
  const read = await sql.query<AuditEventRow>(
    `SELECT id, at, "actorId", "actorEmail", action, "runId", target, details, ip, "userAgent"
     FROM (SELECT * FROM "AuditEvent" ${conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''} ${fence}) entry
     ORDER BY id DESC LIMIT ${page.limit}`,
    values,
  );
  return read.rows;
}

/** The entries about a run, the oldest first, at most `limit`. */
export async function readAuditOfRun(sql: Sql, runId: string, limit: number): Promise<AuditEventRow[]> {
  const read = await sql.query<AuditEventRow>(OF_RUN, [runId, limit]);
  return read.rows;
}

// Fenced, so that the order does not make the planner walk through the whole log.
const OF_RUN = `
SELECT id, at, "actorId", "actorEmail", action, "runId", target, details, ip, "userAgent"
FROM (SELECT * FROM "AuditEvent" WHERE "runId" = $1 OFFSET 0) entry ORDER BY id LIMIT $2`;
