import type { AttemptUsage } from '@job-manager/shared/contract/message';
import type { TerminalStatus } from '@job-manager/shared/run';
import { arrayLiteral } from '../../store/array-literal.js';
import type { Sql } from '../../store/sql.js';
import type { Lease } from './beat.js';
import { leaveRunning } from './leave-running.js';

/** How far an execution came; what is null is left as it was last written. */
export interface LastProgress {
  progressPercent: number | null;
  progressMessage: string | null;
  /** JSON text of the steps as they ended. */
  steps: string | null;
}

/** How an execution ended. */
export interface Outcome extends Lease, LastProgress {
  status: TerminalStatus;
  error: string | null;
  errorStack: string | null;
  /** JSON text, or null for a run that reported nothing. */
  metadata: string | null;
  metadataTruncated: boolean;
  /** What the attempt took, where it was measured. */
  usage?: AttemptUsage;
}

/**
 * Records the outcomes of several runs and returns the ids of those that have the given outcome now. A run whose lease
 * was lost meanwhile is missing: another writer records its outcome. Sending the same outcome again, after an answer
 * was lost, is harmless and returns its id again.
 */
export async function finishRuns(sql: Sql, outcomes: Outcome[]): Promise<Set<string>> {
  const inOrder = outcomes.toSorted(byId);
  // At most one of two executions of a run, which are rarely in one call, has its lease.
  const second = inOrder.filter(({ id }, index) => id === inOrder[index - 1]?.id);
  if (second.length > 0) {
    const first = inOrder.filter((outcome) => !second.includes(outcome));
    return new Set([...(await finishRuns(sql, first)), ...(await finishRuns(sql, second))]);
  }
  const finished = await sql.query<{ id: string }>({ name: 'finish', text: FINISH, values: columnsOf(inOrder) });
  const recorded = new Set(finished.rows.map((row) => row.id));
  const missing = inOrder.filter(({ id }) => !recorded.has(id));
  return missing.length === 0 ? recorded : new Set([...recorded, ...(await findRecordedBefore(sql, missing))]);
}

const byId = (a: Outcome, b: Outcome): number => a.id.length - b.id.length || (a.id < b.id ? -1 : Number(a.id > b.id));

/**
 * An array each, in the order of the ids. Null stands for an array with nothing but `usual`, because most runs only
 * succeed.
 */
function columnsOf(outcomes: Outcome[]): (string | null)[] {
  type Value = string | number | boolean | null | undefined;
  const column = (read: (outcome: Outcome) => Value, usual: Value = null) => {
    const values = outcomes.map(read);
    return values.every((value) => (value ?? null) === usual) ? null : arrayLiteral(values);
  };
  return [
    column(({ id }) => id),
    column(({ leaseToken }) => leaseToken),
    column(({ status }) => status, 'SUCCESS'),
    column(({ error }) => error),
    column(({ errorStack }) => errorStack),
    column(({ metadata }) => metadata),
    column(({ metadataTruncated }) => metadataTruncated, false),
    column(({ progressPercent }) => progressPercent),
    column(({ progressMessage }) => progressMessage),
    column(({ steps }) => steps),
    ...usageKeys.map((key) => column(({ usage }) => usage?.[key])),
  ];
}

/**
 * Outcomes that had been recorded already: their answer was lost. A separate statement, because a statement doesn't see
 * what was committed while it waited, and the lost one may have been under way.
 */
async function findRecordedBefore(sql: Sql, leases: Lease[]): Promise<string[]> {
  const found = await sql.query<{ id: string }>(TOLD_BEFORE, [
    leases.map(({ id }) => id),
    leases.map(({ leaseToken }) => leaseToken),
  ]);
  return found.rows.map((row) => row.id);
}

/** In the order of the statements that record them. */
export const usageKeys = [
  'childPid',
  'cpuMs',
  'peakMemoryBytes',
  'maxLoopLagMs',
] as const satisfies (keyof AttemptUsage)[];

// The lease token stays on the row: a runner that never received the answer finds its own token on a finished run.
// Recovery clears the token, so a runner never mistakes an outcome of the rescuer for its own.
//
// The values of a run are at the index of its id in sorted arrays. With a join on a list of outcomes, PostgreSQL could
// keep a plan from when the table had a few rows, and read all later rows once for each outcome. The statement does not
// filter by the state: while statistics report hardly any running runs, PostgreSQL would read all of them.
const valueFor = (place: string): string => `(${place})[width_bucket(j.id, $1::bigint[])]`;
const STATUS = `coalesce(${valueFor('$3::text[]')}, 'SUCCESS')`;

const FINISH = `
WITH moment AS MATERIALIZED (SELECT clock_timestamp() AS at, 'RUNNING'::"JobRunStatus" AS before
), ${leaveRunning({
  which: `j.id = ANY ($1::bigint[]) AND j."leaseToken" = ${valueFor('$2::uuid[]')} AND j.status = moment.before`,
  next: STATUS,
  isFinal: true,
  set: {
    error: valueFor('$4::text[]'),
    '"errorStack"': valueFor('$5::text[]'),
    metadata: `${valueFor('$6::text[]')}::jsonb`,
    '"metadataTruncated"': `coalesce(${valueFor('$7::boolean[]')}, false)`,
  },
  execution: {
    '"leaseToken"': 'j."leaseToken"',
    '"lastHeartbeatAt"': 'moment.at',
    '"progressPercent"': `CASE ${STATUS} WHEN 'SUCCESS' THEN 100 ELSE coalesce(${valueFor('$8::real[]')}, j."progressPercent") END`,
    '"progressMessage"': `coalesce(${valueFor('$9::text[]')}, j."progressMessage")`,
    steps: `coalesce(${valueFor('$10::text[]')}::jsonb, j.steps)`,
    '"childPid"': valueFor('$11::int[]'),
    '"cpuMs"': valueFor('$12::int[]'),
    '"peakMemoryBytes"': valueFor('$13::bigint[]'),
    '"maxLoopLagMs"': valueFor('$14::int[]'),
  },
  returning: 'j.id, j."jobName", j.status, j."durationMs", j."finishedAt"',
})}
SELECT id FROM changed`;

const TOLD_BEFORE = `
SELECT j.id FROM "JobRun" j WHERE j.id = ANY ($1::bigint[]) AND j."leaseToken" = ${valueFor('$2::uuid[]')} AND j.status IN ('SUCCESS', 'FAILED', 'CANCELLED')`;
