import type { Sql } from '@job-manager/engine/store/sql';
import { readViolations } from '@job-manager/engine/store/violations';
import { SELF_TEST_JOB } from '@job-manager/shared/run';
import { type Execution, executionsByRun, type LedgerLine } from './ledger.js';

/** The state after a fault, once everything had time to end. */
export interface Verdict {
  runs: number;
  /** By status. */
  ended: Record<string, number>;
  claims: number;
  executions: number;
  /** Executions that died, or were requested to stop, before their end. */
  brokenOff: number;
  /** Runs that one process still executed, its lease gone, when another began: allowed, and worth knowing. */
  overlapping: number;
  /** Executions that reported their end after another of their run had begun: zombies that tried to write. */
  zombies: number;
  /** Claims whose process ended before the job began. */
  unbegun: number;
  /**
   * Executions that came to their end without it being recorded: their process died in between, or they were zombies.
   */
  unrecorded: number;
  /** Acknowledged requests without a run. */
  lost: number;
  /** Runs that were never enqueued, executions without a claim of their own, executions beyond the attempts. */
  doubled: number;
  /** Runs without an end. */
  stuck: number;
  /** Rules that don't hold, with examples. Empty when all is right. */
  wrong: Record<string, string[]>;
}

interface Row {
  id: string;
  status: string;
  error: string | null;
  attempt: number;
  maxAttempts: number;
  claimNo: number;
  /** By a program of the fuzzer's, which keeps no ledger. */
  isExternal: boolean;
  /** By a person with the permission, or for taking too long: the audit log records it. */
  isFailedByOthers: boolean;
}

export interface Evidence {
  sql: Sql;
  ledger: LedgerLine[];
  /** Ids that were acknowledged, each for a request of its own; undefined where they were not kept. */
  acknowledged: string[] | undefined;
  /** Runs up to this one are not looked at. */
  after?: string;
}

const EXAMPLES = 5;
const ENDS = ['SUCCESS', 'FAILED', 'CANCELLED'];

/** Compares what was acknowledged, what the jobs noted outside the database, and what the database contains. */
export async function judge({ sql, ledger, acknowledged, after = '0' }: Evidence): Promise<Verdict> {
  const { rows } = await sql.query<Row>(RUNS, [after]);
  const byRun = executionsByRun(ledger);
  const byId = new Map(rows.map((row) => [row.id, row]));
  const of = (row: Row): Execution[] => byRun.get(row.id) ?? [];
  const acknowledgedIds = new Set(acknowledged ?? rows.map(({ id }) => id));

  const lost = [...acknowledgedIds].filter((id) => !byId.has(id));
  const unexpected = rows.filter(({ id }) => !acknowledgedIds.has(id));
  const stuck = rows.filter(({ status }) => !ENDS.includes(status));
  const claimedTwice = rows.filter((row) => new Set(of(row).map(({ claimNo }) => claimNo)).size < of(row).length);
  const beyond = rows.filter((row) =>
    of(row).some((execution) => execution.claimNo > row.claimNo || execution.attempt > row.maxAttempts),
  );
  const ours = rows.filter(({ isExternal }) => !isExternal);
  const idsOf = (wrong: Row[]) => wrong.map(({ id, status }) => `#${id} ${status}`);
  const rules: Record<string, string[]> = {
    'two requests answered with one run':
      acknowledgedIds.size < (acknowledged?.length ?? 0) ? ['see the acknowledged ids'] : [],
    'acknowledged without a row': lost,
    'a row that was never enqueued': idsOf(unexpected),
    'no end': idsOf(stuck),
    'one claim executed twice': idsOf(claimedTwice),
    'executed beyond its claims or attempts': idsOf(beyond),
    'a success that its last claim did not reach': idsOf(
      ours.filter((row) => row.status === 'SUCCESS' && lastOf(row, of(row))?.last !== 'end'),
    ),
    'a failure without a reason': idsOf(ours.filter((row) => row.status === 'FAILED' && !isExplained(row, of(row)))),
    ...(await readOverlaps(sql)),
    ...Object.fromEntries(Object.entries(await readViolations(sql)).map(([rule, count]) => [rule, [`${count} rows`]])),
  };

  const executions = [...byRun.values()].flat();
  const claims = rows.reduce((sum, { claimNo }) => sum + claimNo, 0);
  return {
    runs: rows.length,
    ended: Object.fromEntries(ENDS.map((end) => [end, rows.filter(({ status }) => status === end).length])),
    claims,
    executions: executions.length,
    brokenOff: executions.filter(({ last }) => last === null || last === 'stop').length,
    overlapping: rows.filter((row) => of(row).some(beginsTooEarly)).length,
    zombies: rows.reduce((sum, row) => sum + of(row).filter(endsTooLate).length, 0),
    unbegun: claims - executions.length,
    unrecorded: rows.reduce((sum, row) => sum + of(row).filter((execution) => isInVain(execution, row)).length, 0),
    lost: lost.length,
    doubled: unexpected.length + claimedTwice.length + beyond.length,
    stuck: stuck.length,
    wrong: Object.fromEntries(
      Object.entries(rules)
        .filter(([, found]) => found.length > 0)
        .map(([rule, found]) => [`${rule} (${found.length})`, found.slice(0, EXAMPLES)]),
    ),
  };
}

const lastOf = ({ claimNo }: Row, executions: Execution[]) =>
  executions.find((execution) => execution.claimNo === claimNo);

/** Test batches keep no ledger, and judge themselves. */
const RUNS = `
SELECT id::text, status::text, error, attempt, "maxAttempts", "claimNo", "inactivityTimeoutMs" IS NOT NULL AS "isExternal",
  EXISTS (SELECT 1 FROM "AuditEvent" a WHERE a."runId" = r.id
    AND a.action IN ('run.emergency-fail', 'run.force-fail', 'run.time-out')) AS "isFailedByOthers"
FROM "JobRun" r WHERE r.id > $1 AND r."jobName" <> '${SELF_TEST_JOB}'`;

/**
 * How an error begins that the engine writes where neither the job nor a person failed the run, or what it contains.
 */
const ENGINE_ERRORS = /^(Stopped as poison|The job's result can't be kept)|; it was lost with its runner \d+ times/;

/**
 * A job failed by itself in the last claim, every attempt was used up, the engine gives the reason, or a person failed
 * it.
 */
function isExplained(row: Row, executions: Execution[]): boolean {
  if (!row.error) return false;
  if (row.isFailedByOthers || ENGINE_ERRORS.test(row.error)) return true;
  return lastOf(row, executions)?.last === 'throw' || row.attempt === row.maxAttempts;
}

function beginsTooEarly(execution: Execution, index: number, executions: Execution[]): boolean {
  const before = executions[index - 1];
  return before !== undefined && execution.startedAtMs < before.lastAtMs;
}

function endsTooLate({ last, lastAtMs }: Execution, index: number, executions: Execution[]): boolean {
  const after = executions[index + 1];
  return after !== undefined && (last === 'end' || last === 'throw') && lastAtMs > after.startedAtMs;
}

/** A success is recorded as the last there is. */
const isInVain = ({ last, claimNo }: Execution, row: Row): boolean => last === 'end' && claimNo < row.claimNo;

/** Claims of one run by their recorded times: none may begin before the one before it ended. */
async function readOverlaps(sql: Sql): Promise<Record<string, string[]>> {
  const { rows } = await sql.query<{ id: string }>(OVERLAPS);
  return { 'claims that overlap': rows.map(({ id }) => `#${id}`) };
}

const OVERLAPS = `
WITH claims AS (
  SELECT "runId", "claimNo", "startedAt", "endedAt" FROM "JobRunAttempt"
  UNION ALL
  SELECT id, "claimNo", "startedAt", "finishedAt" FROM "JobRun" WHERE "startedAt" IS NOT NULL
), ordered AS (
  SELECT *, lag("endedAt") OVER (PARTITION BY "runId" ORDER BY "claimNo") AS "before" FROM claims
)
SELECT DISTINCT "runId"::text AS id FROM ordered WHERE "startedAt" < "before" OR "endedAt" < "startedAt"`;
