import type { Sql } from './sql.js';

const timeOf = (column: string) => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** What an export has of a run unless columns are named, in this order. */
const PLAIN = {
  id: 'r.id',
  job: 'r."jobName"',
  status: 'r.status',
  result: `CASE WHEN r.status = 'FAILED' THEN r.error ELSE r."progressMessage" END`,
  trigger: 'r.trigger',
  // A run of a schedule names its author there, but its time has triggered it.
  startedBy: `CASE WHEN r.trigger <> 'CRON' THEN coalesce('token ' || k.name, t.email) END`,
  channel: 'r.channel',
  priority: 'r.priority',
  scope: 'r.scope',
  correlationId: 'r."correlationId"',
  version: 'r."algorithmVersion"',
  attempts: 'r.attempt',
  warnings: 'r."warningCount"',
  errors: 'r."errorCount"',
  waitedMs: 'r."queueDelayMs"::float8',
  tookMs: 'r."durationMs"::float8',
  runner: `u.host || ':' || u.pid`,
  batch: 'r."batchId"',
  rerunOf: 'r."rerunOfId"',
  queuedAt: timeOf('r."queuedAt"'),
  startedAt: timeOf('r."startedAt"'),
  finishedAt: timeOf('r."finishedAt"'),
};
const JSON_ONLY = { parameters: 'r.parameters', metadata: 'r.metadata' };

/** Names of the columns that an export has by default, and of those with JSON. */
export const PLAIN_COLUMNS = Object.keys(PLAIN);
export const JSON_COLUMNS = Object.keys(JSON_ONLY);

/** The cells of a run in the order of PLAIN_COLUMNS and then JSON_COLUMNS; the latter parsed, and only where they were wanted. */
export type ExportedRow = readonly unknown[];

/**
 * The ended runs among `ids`, the newest first. As lists of cells that need no further work: of 100,000 rows each object
 * counts, for what lives until the next page is read makes the heap grow.
 */
export async function readExportedRows(sql: Sql, ids: readonly string[], hasJson: boolean): Promise<ExportedRow[]> {
  const statement = hasJson ? WITH_JSON : WITHOUT_JSON;
  return (await sql.query<unknown[]>({ ...statement, values: [ids], rowMode: 'array' })).rows;
}

const select = (columns: Record<string, string>) => `
SELECT ${Object.values(columns).join(', ')} FROM "JobRun" r
LEFT JOIN "User" t ON t.id = r."triggeredById" LEFT JOIN "ApiToken" k ON k.id = r."triggeredByTokenId"
LEFT JOIN "Runner" u ON u.id = r."runnerId"
WHERE r.id = ANY($1::bigint[]) AND r."finishedAt" IS NOT NULL ORDER BY r."finishedAt" DESC, r.id DESC`;

const WITHOUT_JSON = { name: 'exported runs', text: select(PLAIN) };
const WITH_JSON = { name: 'exported runs with json', text: select({ ...PLAIN, ...JSON_ONLY }) };
