import { limits } from '@job-manager/shared/limits';
import { countEnded } from './count.js';

interface LeaveRunning {
  /** The CTE with a row for each run and its next state; none for one run that `which` names. */
  from?: string;
  /** Which run `j` is meant, as an SQL condition; the one that has the id of the row unless given. */
  which?: string;
  /** The state that follows, as an SQL expression over the row and the run `j`, as are all that follow. */
  next: string;
  /** Whether the next state is never QUEUED. */
  isFinal?: true;
  /** Whether the attempt doesn't count. */
  refunds?: string;
  /** What else is written, by column. */
  set?: Record<string, string>;
  /** What is known of the execution better than the run has it, by column. Of a run that is queued again the archive has it. */
  execution?: Record<string, string>;
  /** The message that is left on the run; none unless given. */
  note?: { level: string; text: string };
  /**
   * The outcome that the archive has for the execution of a run that is queued again; over the row alone, which is the
   * run as it was.
   */
  archive?: { outcome: string; error: string; more?: Record<string, string> };
  /** The body of a CTE over `changed` that writes the audit log. */
  audit?: string;
  /** What `changed` has; unless given all of the run and of its message. */
  returning?: string;
}

const END = {
  '"finishedAt"': 'moment.at',
  '"durationMs"': `greatest(0, date_part('epoch', moment.at - j."startedAt") * 1000)::bigint`,
};

/** What is left on the row of an execution that ended its run. */
const LEFT_BEHIND = Object.fromEntries(
  ['"startedAt"', '"runnerId"', '"lastHeartbeatAt"', '"progressPercent"', '"progressMessage"', 'steps'].map(
    (column) => [column, `j.${column}`],
  ),
);

/**
 * Takes runs out of RUNNING, as the CTEs of a statement that leave them in `changed`. Every statement that ends an
 * execution is made by it. `moment` comes before it. Clears the lease, unless `execution` keeps it: a runner that never
 * received the answer then finds its own token on the ended run. Also counts and archives the execution, and writes the
 * message.
 */
export function leaveRunning(leaving: LeaveRunning): string {
  const { from, next, refunds = 'false', note, archive, audit } = leaving;
  const { which = `j.id = ANY (ARRAY(SELECT id FROM ${from})) AND j.id = ${from}.id` } = leaving;
  const all = `j.*, j.attempt + (${refunds})::int AS "heldAttempt", ${note?.level ?? 'NULL'} AS level, ${note?.text ?? 'NULL'} AS message`;
  return `changed AS (
  UPDATE "JobRun" j
  SET ${assignments(leaving)}
  FROM ${from === undefined ? '' : `${from}, `}moment WHERE ${which} AND j."finishedAt" IS NULL
  RETURNING ${leaving.returning ?? all}
), counted AS (${countEnded('changed')})${
    archive
      ? `, archived AS (${archiveAttempt(`(SELECT ${from}.*, moment.at FROM ${from}, moment WHERE (${next}) = 'QUEUED') again`, archive.outcome, archive.error, archive.more)})`
      : ''
  }${audit ? `, audited AS (${audit})` : ''}${note ? `, noted AS (${NOTE})` : ''}`;
}

function assignments({ next, isFinal, refunds, set, execution, note }: LeaveRunning): string {
  const kept = Object.entries({ ...END, ...(!isFinal && LEFT_BEHIND), ...execution });
  return Object.entries({
    status: `(${next})::"JobRunStatus"`,
    rev: 'j.rev + 1',
    '"leaseToken"': 'NULL',
    ...(refunds && { attempt: `j.attempt - (${refunds})::int` }),
    ...(note && COUNTED(note.level)),
    ...Object.fromEntries(
      kept.map(([column, value]) => [column, isFinal ? value : `CASE WHEN (${next}) <> 'QUEUED' THEN ${value} END`]),
    ),
    ...set,
  })
    .map(([column, value]) => `${column} = ${value}`)
    .join(',\n      ');
}

const COUNTED = (level: string) => ({
  '"messageCount"': 'j."messageCount" + 1',
  '"warningCount"': `j."warningCount" + (${level} = 'WARN')::int`,
  '"errorCount"': `j."errorCount" + (${level} = 'ERROR')::int`,
});

/** With the number of the attempt that it is about, refunded or not. */
const NOTE = `INSERT INTO "JobRunMessage" ("runId", seq, attempt, level, source, message)
   SELECT id, "messageCount", "heldAttempt", level::"JobRunMessageLevel", 'SYSTEM', left(message, ${limits.messageChars}) FROM changed`;

/**
 * Keeps executions that end without ending their run, as a CTE body in the statement that ends them. `source` has
 * the rows of JobRun as they were before: id, claimNo, attempt, runnerId and startedAt, and `at`, the moment of
 * the end. `outcome` and `error` are SQL expressions over it, and so is what else is `known`, by column.
 */
const archiveAttempt = (source: string, outcome: string, error: string, known: Record<string, string> = {}): string => {
  const more = Object.entries(known);
  return `INSERT INTO "JobRunAttempt" ("runId", "claimNo", attempt, outcome, "runnerId", "startedAt", "endedAt", "durationMs", error${more.map(([column]) => `, ${column}`).join('')})
   SELECT id, "claimNo", attempt, (${outcome})::"JobRunAttemptOutcome", "runnerId", "startedAt", at,
     greatest(0, extract(epoch FROM at - "startedAt") * 1000)::bigint, left(${error}, 1000)${more.map(([, value]) => `, ${value}`).join('')}
   FROM ${source}`;
};

/**
 * The RUNNING runs that are still held by leases, and the leases with all that comes with them, locked in order of id, as a
 * query. `leases` is an item of a FROM named `lease` with `id` and `token`; `columns` are SQL over it and the run `j`.
 */
export const heldBy = (leases: string, columns = ''): string => `
  SELECT lease.*, j.attempt, j."claimNo", j."runnerId", j."startedAt", j."cancelRequestedAt" IS NOT NULL AS cancelled${columns && `, ${columns}`}
  FROM (SELECT * FROM ${leases} ORDER BY id) lease
    CROSS JOIN LATERAL (SELECT * FROM "JobRun" WHERE id = lease.id AND "finishedAt" IS NULL FOR UPDATE) j
  WHERE j."leaseToken" = lease.token AND j.status = 'RUNNING'`;

/** The next state where an execution ends without a result: a run that was requested to stop may never start again. */
export const AGAIN_UNLESS_CANCELLED = `CASE WHEN held.cancelled THEN 'CANCELLED' ELSE 'QUEUED' END`;
