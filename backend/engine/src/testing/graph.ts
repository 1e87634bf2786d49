import { randomUUID } from 'node:crypto';
import type { TerminalStatus } from '@job-manager/shared/run';
import type { Lease } from '../queue/transitions/beat.js';
import { finishRuns, type Outcome } from '../queue/transitions/finish.js';
import type { Sql } from '../store/sql.js';

type Condition = 'SUCCEEDED' | 'FINISHED';

interface NewRun {
  after?: string[];
  when?: Condition;
  jobName?: string;
  maxAttempts?: number;
}

export interface TestBatch {
  id: string;
  runIds: string[];
  callbackId: string | null;
}

export interface GraphRun {
  id: string;
  status: string;
  isBlocked: boolean;
  error: string | null;
  isStopping: boolean;
}

/** Runs that wait for one another, straight into the database: what becomes of them is the same without jobs. */
export class TestGraph {
  constructor(readonly sql: Sql) {}

  /** Queues a run that waits for others, if any. */
  async add({ after = [], when = 'SUCCEEDED', jobName = 'link', maxAttempts = 3 }: NewRun = {}): Promise<string> {
    const added = await this.sql.query<{ id: string }>(ADD, [after, when, jobName, maxAttempts]);
    return String(added.rows[0]?.id);
  }

  /** A run, one that waits for it, one that waits for that, and so on. */
  async addChain(length: number, when: Condition = 'SUCCEEDED'): Promise<string[]> {
    const added = await this.sql.query<{ id: string }>(ADD_CHAIN, [length, when]);
    return added.rows.map(({ id }) => id);
  }

  /** Runs that all wait for one. */
  async addFan(after: string, count: number, when: Condition = 'SUCCEEDED'): Promise<string[]> {
    const added = await this.sql.query<{ id: string }>(ADD_FAN, [after, count, when]);
    return added.rows.map(({ id }) => id);
  }

  /** A batch of runs that wait for no other, and the run it calls back if a condition is given. */
  async addBatch(runs: number, callback: Condition | null = null): Promise<TestBatch> {
    const added = await this.sql.query<TestBatch>(ADD_BATCH, [runs, callback]);
    const [batch] = added.rows;
    if (!batch) throw new Error('PostgreSQL returned no row for an INSERT');
    return batch;
  }

  /**
   * Makes a batch of existing runs, and returns the id of its callback run (one that waits for no other, where there
   * are none).
   */
  async makeBatch(runIds: string[], callback: Condition): Promise<string> {
    const added = await this.sql.query<{ id: string }>(MAKE_BATCH, [runIds, callback]);
    return String(added.rows[0]?.id);
  }

  /** Claims runs as a runner would; throws for one that can't begin. */
  async begin(...ids: string[]): Promise<Lease[]> {
    const begun = await this.sql.query<Lease>(BEGIN, [ids, randomUUID()]);
    if (begun.rows.length !== ids.length)
      throw new Error(`Of ${ids} only ${begun.rows.map(({ id }) => id)} could begin`);
    return begun.rows;
  }

  /** Ends runs that have begun, in one statement. */
  async finish(leases: Lease[], status: TerminalStatus, sql = this.sql): Promise<void> {
    const recorded = await finishRuns(
      sql,
      leases.map((lease) => outcomeOf(lease, status)),
    );
    if (recorded.size !== leases.length) throw new Error('An outcome was refused');
  }

  /** Lets runs begin and end. */
  async end(status: TerminalStatus, ...ids: string[]): Promise<void> {
    await this.finish(await this.begin(...ids), status);
  }

  async read(...ids: string[]): Promise<GraphRun[]> {
    const found = await this.sql.query<GraphRun>(READ, [ids]);
    return found.rows;
  }

  /** One state for each run: BLOCKED for a run that waits, STOPPING for one that was requested to stop. */
  async states(...ids: string[]): Promise<string[]> {
    const runs = await this.read(...ids);
    return runs.map(({ status, isBlocked, isStopping }) =>
      status === 'QUEUED' && isBlocked ? 'BLOCKED' : status === 'RUNNING' && isStopping ? 'STOPPING' : status,
    );
  }
}

export const outcomeOf = ({ id, leaseToken }: Lease, status: TerminalStatus): Outcome => ({
  id,
  leaseToken,
  status,
  error: status === 'FAILED' ? 'It broke' : null,
  errorStack: null,
  metadata: JSON.stringify({ from: id }),
  metadataTruncated: false,
  progressPercent: null,
  progressMessage: null,
  steps: null,
});

const ADD = `
WITH predecessor AS MATERIALIZED (
  SELECT id, status FROM "JobRun" WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE
), marked AS (
  UPDATE "JobRun" j SET "hasDependents" = true FROM predecessor p WHERE j.id = p.id AND p.status IN ('QUEUED', 'RUNNING') AND j."finishedAt" IS NULL
)
INSERT INTO "JobRun" ("jobName", "dependsOn", "waitsFor", "isBlocked", "maxAttempts")
SELECT $3, nullif($1::bigint[], '{}'), CASE WHEN cardinality($1::bigint[]) > 0 THEN $2 END::"WaitCondition",
  EXISTS (SELECT FROM predecessor WHERE status IN ('QUEUED', 'RUNNING')), $4
RETURNING id`;

const ADD_CHAIN = `
WITH link AS MATERIALIZED (SELECT n, nextval('"JobRun_id_seq"') AS id FROM generate_series(1, $1::int) n)
INSERT INTO "JobRun" (id, "jobName", "dependsOn", "waitsFor", "isBlocked", "hasDependents")
SELECT link.id, 'link', CASE WHEN before.id IS NOT NULL THEN ARRAY[before.id] END,
  CASE WHEN before.id IS NOT NULL THEN $2 END::"WaitCondition", before.id IS NOT NULL, link.n < $1::int
FROM link LEFT JOIN link before ON before.n = link.n - 1 ORDER BY link.n
RETURNING id`;

const ADD_FAN = `
WITH marked AS (UPDATE "JobRun" SET "hasDependents" = true WHERE id = $1)
INSERT INTO "JobRun" ("jobName", "dependsOn", "waitsFor", "isBlocked")
SELECT 'fan', ARRAY[$1::bigint], $3::"WaitCondition", true FROM generate_series(1, $2::int)
RETURNING id`;

const ADD_BATCH = `
WITH callback AS (
  INSERT INTO "JobRun" ("jobName", "isBlocked", "waitsFor") SELECT 'callback', true, $2::"WaitCondition" WHERE $2::text IS NOT NULL
  RETURNING id
), batch AS (
  INSERT INTO "JobRunBatch" (name, total, "callbackRunId") SELECT 'Many', $1::int, (SELECT id FROM callback) RETURNING id, "callbackRunId"
), member AS (
  INSERT INTO "JobRun" ("jobName", "batchId") SELECT 'member', batch.id FROM batch, generate_series(1, $1::int) RETURNING id
)
SELECT id, ARRAY(SELECT id FROM member ORDER BY id) AS "runIds", "callbackRunId" AS "callbackId" FROM batch`;

const MAKE_BATCH = `
WITH callback AS (
  INSERT INTO "JobRun" ("jobName", "isBlocked", "waitsFor") VALUES ('callback', cardinality($1::bigint[]) > 0, $2::"WaitCondition") RETURNING id
), batch AS (
  INSERT INTO "JobRunBatch" (name, total, "callbackRunId") SELECT 'Some', cardinality($1::bigint[]), id FROM callback
  WHERE cardinality($1::bigint[]) > 0 RETURNING id
), added AS (
  UPDATE "JobRun" j SET "batchId" = batch.id FROM batch WHERE j.id = ANY($1::bigint[])
)
SELECT id FROM callback`;

const BEGIN = `
UPDATE "JobRun" j
SET status = 'RUNNING', attempt = attempt + 1, "claimNo" = "claimNo" + 1, rev = rev + 1, "leaseToken" = gen_random_uuid(),
    "runnerId" = $2, "startedAt" = clock_timestamp(), "lastHeartbeatAt" = clock_timestamp()
WHERE id = ANY($1::bigint[]) AND status = 'QUEUED' AND "finishedAt" IS NULL AND NOT "isBlocked"
RETURNING id, "leaseToken"`;

const READ = `
SELECT j.id, j.status, j."isBlocked", j.error, j."cancelRequestedAt" IS NOT NULL AS "isStopping"
FROM unnest($1::bigint[]) WITH ORDINALITY AS wanted(id, place) JOIN "JobRun" j ON j.id = wanted.id ORDER BY place`;
