-- Runs in partitions by the time of their end: the default one has those that have not ended, each month those that ended in
-- it. The update that ends a run moves its row. All that was before stays where it is, as the partition of the past.

LOCK TABLE "JobRun" IN ACCESS EXCLUSIVE MODE;

ALTER TABLE "JobRun" RENAME TO "JobRun_before";
ALTER INDEX "JobRun_pkey" RENAME TO "JobRun_before_pkey";
ALTER INDEX "JobRun_batch" RENAME TO "JobRun_before_batch";
ALTER INDEX "JobRun_correlation" RENAME TO "JobRun_before_correlation";
ALTER INDEX "JobRun_due" RENAME TO "JobRun_before_due";
ALTER INDEX "JobRun_history" RENAME TO "JobRun_before_history";
ALTER INDEX "JobRun_history_by_job" RENAME TO "JobRun_before_history_by_job";
ALTER INDEX "JobRun_history_unsuccessful" RENAME TO "JobRun_before_history_unsuccessful";
DROP INDEX "JobRun_claim";
DROP INDEX "JobRun_running";
DROP INDEX "JobRun_active_key";
DROP INDEX "JobRun_dependents";
DROP INDEX "JobRun_due_active";
DROP TRIGGER "JobRun_emptied" ON "JobRun_before";
DROP TRIGGER "JobRun_ended" ON "JobRun_before";
DROP TRIGGER "JobRun_keyed" ON "JobRun_before";
DROP TRIGGER "JobRun_rekeyed" ON "JobRun_before";
DROP TRIGGER "JobRun_removed" ON "JobRun_before";
ALTER TABLE "JobRun_before"
  DROP CONSTRAINT "JobRun_attempts", DROP CONSTRAINT "JobRun_due", DROP CONSTRAINT "JobRun_finished", DROP CONSTRAINT "JobRun_leased",
  DROP CONSTRAINT "JobRun_messages", DROP CONSTRAINT "JobRun_parameters", DROP CONSTRAINT "JobRun_progress", DROP CONSTRAINT "JobRun_timeouts",
  DROP CONSTRAINT "JobRun_unique", DROP CONSTRAINT "JobRun_waits",
  DROP CONSTRAINT "JobRun_cancelRequestedById_fkey", DROP CONSTRAINT "JobRun_triggeredById_fkey", DROP CONSTRAINT "JobRun_triggeredByTokenId_fkey";

-- The columns of before; those of one width that are never null come first.
CREATE TABLE "JobRun" (
    "id" BIGINT NOT NULL DEFAULT nextval('"JobRun_id_seq"'),
    "runAt" TIMESTAMPTZ(3) NOT NULL DEFAULT date_trunc('milliseconds', clock_timestamp()),
    "queuedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT date_trunc('milliseconds', clock_timestamp()),
    "status" "JobRunStatus" NOT NULL DEFAULT 'QUEUED',
    "trigger" "JobRunTrigger" NOT NULL DEFAULT 'MANUAL',
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "maxAttempts" INTEGER NOT NULL DEFAULT 3,
    "claimNo" INTEGER NOT NULL DEFAULT 0,
    "rev" INTEGER NOT NULL DEFAULT 0,
    "messageCount" INTEGER NOT NULL DEFAULT 0,
    "warningCount" INTEGER NOT NULL DEFAULT 0,
    "errorCount" INTEGER NOT NULL DEFAULT 0,
    "droppedMessages" INTEGER NOT NULL DEFAULT 0,
    "priority" SMALLINT NOT NULL DEFAULT 0,
    "crashes" SMALLINT NOT NULL DEFAULT 0,
    "maxCrashes" SMALLINT NOT NULL DEFAULT 3,
    "isBlocked" BOOLEAN NOT NULL DEFAULT false,
    "hasDependents" BOOLEAN NOT NULL DEFAULT false,
    "metadataTruncated" BOOLEAN NOT NULL DEFAULT false,
    "jobName" VARCHAR(100) NOT NULL,
    "channel" VARCHAR(100) NOT NULL DEFAULT 'default',
    "parameters" JSONB NOT NULL DEFAULT '{}',
    "algorithmVersion" VARCHAR(50),
    "timeoutMs" BIGINT,
    "triggeredById" INTEGER,
    "triggeredByTokenId" UUID,
    "scope" VARCHAR(200),
    "startedAt" TIMESTAMPTZ(3),
    "finishedAt" TIMESTAMPTZ(3),
    "lastHeartbeatAt" TIMESTAMPTZ(3),
    "queueDelayMs" BIGINT,
    "durationMs" BIGINT,
    "runnerId" UUID,
    "leaseToken" UUID,
    "progressPercent" REAL,
    "progressMessage" VARCHAR(500),
    "steps" JSONB,
    "metadata" JSONB,
    "error" VARCHAR(4000),
    "errorStack" TEXT,
    "cancelRequestedAt" TIMESTAMPTZ(3),
    "cancelRequestedById" INTEGER,
    "rerunOfId" BIGINT,
    "idempotencyKey" VARCHAR(200),
    "requestHash" VARCHAR(64),
    "retryPolicy" JSONB,
    "inactivityTimeoutMs" INTEGER,
    "dependsOn" BIGINT[],
    "waitsFor" "WaitCondition",
    "batchId" BIGINT,
    "correlationId" VARCHAR(100),
    "uniqueKey" VARCHAR(200),
    "uniqueScope" "UniqueScope",
    "uniqueUntil" TIMESTAMPTZ(3),
    "scheduleId" UUID,
    "dueAt" TIMESTAMPTZ(3),
    "childPid" INTEGER,
    "cpuMs" INTEGER,
    "peakMemoryBytes" BIGINT,
    "maxLoopLagMs" INTEGER
) PARTITION BY RANGE ("finishedAt");
ALTER SEQUENCE "JobRun_id_seq" OWNED BY "JobRun"."id";

-- Its few live rows must not wait for many dead ones before they are vacuumed. A run is in it for as long as it has not ended;
-- with an end only until the month of that has a partition.
CREATE TABLE "JobRun_active" PARTITION OF "JobRun" (
    PRIMARY KEY ("id"),
    CONSTRAINT "JobRun_state" CHECK ("attempt" BETWEEN 0 AND "claimNo" AND CASE "status"
      WHEN 'QUEUED' THEN "finishedAt" IS NULL
      WHEN 'RUNNING' THEN "finishedAt" IS NULL AND "leaseToken" IS NOT NULL AND "runnerId" IS NOT NULL AND "startedAt" IS NOT NULL
        AND "lastHeartbeatAt" IS NOT NULL AND NOT "isBlocked"
      ELSE "finishedAt" IS NOT NULL END)
) DEFAULT WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

-- Claiming: lanes of one channel and priority, each in the order in which its runs are taken. Blocked runs stand apart.
-- With the job, so that a runner passes by the runs of jobs that it doesn't know without reading their rows. Every statement
-- asks for runs without an end; as the index does, too, it needn't look at a row for that.
CREATE INDEX "JobRun_claim" ON "JobRun_active" ("isBlocked", channel, priority, "runAt", id, "jobName") WHERE status = 'QUEUED' AND "finishedAt" IS NULL;
-- The active picture, stalled runs, and how many runs a channel has. `lastHeartbeatAt` stays out, so a heartbeat touches no index.
CREATE INDEX "JobRun_running" ON "JobRun_active" (channel, id) WHERE status = 'RUNNING' AND "finishedAt" IS NULL;
-- Who has a key, and who waits behind them.
CREATE INDEX "JobRun_active_key" ON "JobRun_active" ("jobName", "uniqueKey", id) WHERE "uniqueKey" IS NOT NULL;
-- Who waits for a run, or is yet to read its results. Every run that ends looks: a list of entries yet to be sorted in would be read
-- each time.
CREATE INDEX "JobRun_dependents" ON "JobRun_active" USING GIN ("dependsOn") WITH (fastupdate = off) WHERE "dependsOn" IS NOT NULL;
CREATE INDEX "JobRun_batch" ON "JobRun_active" ("batchId", status) WHERE "batchId" IS NOT NULL;
CREATE INDEX "JobRun_correlation" ON "JobRun_active" ("correlationId", id DESC) WHERE "correlationId" IS NOT NULL;
CREATE INDEX "JobRun_due" ON "JobRun_active" ("scheduleId", "dueAt") WHERE "scheduleId" IS NOT NULL;
-- Nearly always empty. Without it a page of history would read the whole queue.
CREATE INDEX "JobRun_history" ON "JobRun_active" ("finishedAt" DESC, id DESC) WHERE "finishedAt" IS NOT NULL;

-- Makes the partition of a month, or of what is left of it, with the rows that ended in it and lie in the default partition.
-- Rows of months are never changed, and so need no vacuum: it would only report gaps on old pages, into which new runs were
-- then written all over the table.
CREATE FUNCTION job_manager_make_month(first timestamptz, next timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  name text := 'JobRun_' || to_char(first AT TIME ZONE 'UTC', 'YYYY_MM');
BEGIN
  EXECUTE format('CREATE TABLE %I (LIKE "JobRun" INCLUDING DEFAULTS, PRIMARY KEY (id),
    CONSTRAINT "JobRun_is_ended" CHECK (status IN (''SUCCESS'', ''FAILED'', ''CANCELLED'')),
    CONSTRAINT "JobRun_month" CHECK ("finishedAt" IS NOT NULL AND "finishedAt" >= %L AND "finishedAt" < %L)
  ) WITH (autovacuum_vacuum_insert_threshold = -1)', name, first, next);
  EXECUTE format('WITH moved AS (DELETE FROM "JobRun_active" WHERE "finishedAt" >= %L AND "finishedAt" < %L RETURNING *)
    INSERT INTO %I SELECT * FROM moved', first, next, name);
  -- One for each order that history offers, and those by which single runs are found.
  EXECUTE format('CREATE INDEX ON %I ("finishedAt" DESC, id DESC)', name);
  EXECUTE format('CREATE INDEX ON %I ("jobName", "finishedAt" DESC, id DESC)', name);
  EXECUTE format('CREATE INDEX ON %I (status, "finishedAt" DESC, id DESC) WHERE status IN (''FAILED'', ''CANCELLED'')', name);
  EXECUTE format('CREATE INDEX ON %I ("batchId", status) WHERE "batchId" IS NOT NULL', name);
  EXECUTE format('CREATE INDEX ON %I ("correlationId", id DESC) WHERE "correlationId" IS NOT NULL', name);
  EXECUTE format('CREATE INDEX ON %I ("scheduleId", "dueAt") WHERE "scheduleId" IS NOT NULL', name);
  EXECUTE format('CREATE TRIGGER "JobRun_outcome_is_final" BEFORE UPDATE OF status ON %I FOR EACH ROW
    WHEN (NEW.status IS DISTINCT FROM OLD.status) EXECUTE FUNCTION "JobRun_refuse_new_outcome"()', name);
  EXECUTE format('ALTER TABLE "JobRun" ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name, first, next);
END
$$;

-- The start of the month, in UTC, that is so many months after the one of a time.
CREATE FUNCTION job_manager_month(at timestamptz, later integer) RETURNS timestamptz LANGUAGE sql STABLE AS $$
  SELECT (date_trunc('month', at AT TIME ZONE 'UTC') + later * interval '1 month') AT TIME ZONE 'UTC'
$$;

-- Makes the partitions that are missing, from the last one to so many months after this one, and drops those that retention has
-- emptied; how many of each. As the owner: the role of server and workers may make no tables. Locks are waited for shortly, for
-- all that is queued waits meanwhile.
CREATE FUNCTION job_manager_keep_months(ahead integer, OUT made integer, OUT dropped integer) LANGUAGE plpgsql SECURITY DEFINER
SET lock_timeout = '500ms' AS $$
DECLARE
  month text;
  first timestamptz;
  "isEmpty" boolean;
BEGIN
  made := 0;
  dropped := 0;
  PERFORM pg_advisory_xact_lock(hashtext('job_manager_keep_months'));
  FOR month IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = '"JobRun"'::regclass AND c.relname ~ '^JobRun_\d{4}_\d{2}$' ORDER BY c.relname
  LOOP
    first := to_timestamp(right(month, 7) || '_15', 'YYYY_MM_DD');
    CONTINUE WHEN first >= job_manager_month(clock_timestamp(), -1);
    EXECUTE format('SELECT NOT EXISTS (SELECT FROM %I)', month) INTO "isEmpty";
    CONTINUE WHEN NOT "isEmpty";
    EXECUTE format('DROP TABLE %I', month);
    dropped := dropped + 1;
  END LOOP;
  first := job_manager_month(first, 1);
  WHILE first <= job_manager_month(clock_timestamp(), least(ahead, 12)) LOOP
    PERFORM job_manager_make_month(first, job_manager_month(first, 1));
    first := job_manager_month(first, 1);
    made := made + 1;
  END LOOP;
END
$$;
-- At once, not at the next start: with the search path of a caller it would run what the caller made, as the owner.
DO $$
BEGIN
  EXECUTE format('ALTER FUNCTION job_manager_keep_months(integer) SET search_path = %I, pg_temp', current_schema());
END
$$;

-- What has ended stays where it is. The rest moves, as does what would have ended after now by a clock that was wrong.
DO $$
DECLARE
  edge timestamptz := date_trunc('milliseconds', clock_timestamp()) + interval '1 ms';
  columns text := (
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
    WHERE attrelid = '"JobRun"'::regclass AND attnum > 0 AND NOT attisdropped);
BEGIN
  EXECUTE format('WITH moved AS (DELETE FROM "JobRun_before" WHERE "finishedAt" IS NULL OR "finishedAt" >= %L RETURNING *)
    INSERT INTO "JobRun" (%s) SELECT %2$s FROM moved', edge, columns);
  EXECUTE format('ALTER TABLE "JobRun_before"
    ADD CONSTRAINT "JobRun_is_ended" CHECK (status IN (''SUCCESS'', ''FAILED'', ''CANCELLED'')),
    ADD CONSTRAINT "JobRun_month" CHECK ("finishedAt" IS NOT NULL AND "finishedAt" < %L)', edge);
  EXECUTE format('ALTER TABLE "JobRun" ATTACH PARTITION "JobRun_before" FOR VALUES FROM (MINVALUE) TO (%L)', edge);
  PERFORM job_manager_make_month(edge, job_manager_month(edge, 1));
  PERFORM job_manager_keep_months(2);
END
$$;
ANALYZE "JobRun_active";

-- Rights are those of before.
DO $$
DECLARE
  held record;
BEGIN
  FOR held IN
    SELECT privilege_type, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END AS role
    FROM pg_class CROSS JOIN aclexplode(relacl) WHERE oid = '"JobRun_before"'::regclass AND grantee <> relowner
  LOOP
    EXECUTE format('GRANT %s ON "JobRun", "JobRun_active" TO %s', held.privilege_type, held.role);
  END LOOP;
END
$$;

CREATE TRIGGER "JobRun_emptied" AFTER TRUNCATE ON "JobRun" FOR EACH STATEMENT EXECUTE FUNCTION job_manager_forget_all_keys();
CREATE TRIGGER "JobRun_ended" AFTER UPDATE ON "JobRun" REFERENCING OLD TABLE AS former NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION job_manager_settle();
CREATE TRIGGER "JobRun_keyed" AFTER INSERT ON "JobRun" FOR EACH ROW
  WHEN (NEW."uniqueKey" IS NOT NULL OR NEW."idempotencyKey" IS NOT NULL OR NEW."scheduleId" IS NOT NULL)
  EXECUTE FUNCTION job_manager_keep_keys();
CREATE TRIGGER "JobRun_rekeyed" AFTER UPDATE OF "jobName", "uniqueKey", "uniqueScope", "uniqueUntil", "idempotencyKey", "scheduleId", "dueAt"
  ON "JobRun" FOR EACH ROW EXECUTE FUNCTION job_manager_keep_keys();
CREATE TRIGGER "JobRun_removed" AFTER DELETE ON "JobRun" REFERENCING OLD TABLE AS removed
  FOR EACH STATEMENT EXECUTE FUNCTION job_manager_forget_keys();

-- In place of foreign keys, which were checked for each run that is queued and again when its row moves.
CREATE FUNCTION job_manager_forget_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE "JobRun" SET "triggeredById" = NULL WHERE "triggeredById" = OLD.id;
  UPDATE "JobRun" SET "cancelRequestedById" = NULL WHERE "cancelRequestedById" = OLD.id;
  RETURN OLD;
END
$$;
CREATE TRIGGER "User_forgotten" BEFORE DELETE ON "User" FOR EACH ROW EXECUTE FUNCTION job_manager_forget_user();
CREATE FUNCTION job_manager_forget_token() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE "JobRun" SET "triggeredByTokenId" = NULL WHERE "triggeredByTokenId" = OLD.id;
  RETURN OLD;
END
$$;
CREATE TRIGGER "ApiToken_forgotten" BEFORE DELETE ON "ApiToken" FOR EACH ROW EXECUTE FUNCTION job_manager_forget_token();
