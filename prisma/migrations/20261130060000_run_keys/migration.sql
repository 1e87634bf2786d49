-- A key is a row: a run has it or has not, whatever table or partition the run's own row is in. Five partial unique indexes
-- over every run go.

-- CreateEnum
CREATE TYPE "JobRunKeyScope" AS ENUM ('QUEUED', 'RUNNING', 'PERIOD', 'IDEMPOTENCY', 'DUE');

-- CreateTable
CREATE TABLE "JobRunKey" (
    "scope" "JobRunKeyScope" NOT NULL,
    "jobName" VARCHAR(100) NOT NULL,
    "key" VARCHAR(200) NOT NULL,
    "runId" BIGINT NOT NULL,
    "until" TIMESTAMPTZ(3),

    CONSTRAINT "JobRunKey_pkey" PRIMARY KEY ("scope","jobName","key")
);

-- CreateIndex
CREATE INDEX "JobRunKey_run" ON "JobRunKey"("runId");

INSERT INTO "JobRunKey" (scope, "jobName", key, "runId", until)
SELECT "uniqueScope"::text::"JobRunKeyScope", "jobName", "uniqueKey", id, "uniqueUntil" FROM "JobRun"
WHERE CASE "uniqueScope" WHEN 'QUEUED' THEN status = 'QUEUED' AND "claimNo" = 0
  WHEN 'RUNNING' THEN status IN ('QUEUED', 'RUNNING') WHEN 'PERIOD' THEN "uniqueUntil" IS NOT NULL ELSE false END
UNION ALL
SELECT 'IDEMPOTENCY', '', "idempotencyKey", id, NULL FROM "JobRun" WHERE "idempotencyKey" IS NOT NULL;

-- The name of the due time of a schedule among the keys.
CREATE FUNCTION job_manager_due_key(schedule uuid, at timestamptz) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT schedule || '/' || (extract(epoch FROM at) * 1000)::bigint
$$;

INSERT INTO "JobRunKey" (scope, "jobName", key, "runId")
SELECT 'DUE', '', job_manager_due_key("scheduleId", "dueAt"), id FROM "JobRun" WHERE "scheduleId" IS NOT NULL;

-- DropIndex
DROP INDEX "JobRun_due";

-- DropIndex
DROP INDEX "JobRun_idempotencyKey";

-- DropIndex
DROP INDEX "JobRun_unique_period";

-- DropIndex
DROP INDEX "JobRun_unique_queued";

-- DropIndex
DROP INDEX "JobRun_unique_running";

-- CreateIndex
CREATE INDEX "JobRun_due" ON "JobRun"("scheduleId", "dueAt") WHERE ("scheduleId" IS NOT NULL);

-- Gives a new run the keys it asks for, all of them or none; whether it has them. Waits for others that are about to
-- take one of them. A key that was taken for a time is free when that is over.
CREATE FUNCTION job_manager_take_keys(run bigint, job text, idempotency text, wanted text, name text, free_at timestamptz) RETURNS boolean
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  IF idempotency IS NOT NULL THEN
    INSERT INTO "JobRunKey" (scope, "jobName", key, "runId") VALUES ('IDEMPOTENCY', '', idempotency, run) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN RETURN false; END IF;
  END IF;
  IF name IS NOT NULL THEN
    INSERT INTO "JobRunKey" AS held (scope, "jobName", key, "runId", until) VALUES (wanted::"JobRunKeyScope", job, name, run, free_at)
    ON CONFLICT (scope, "jobName", key) DO UPDATE SET "runId" = excluded."runId", until = excluded.until WHERE held.until <= clock_timestamp();
    IF NOT FOUND THEN
      DELETE FROM "JobRunKey" WHERE scope = 'IDEMPOTENCY' AND "jobName" = '' AND key = idempotency;
      RETURN false;
    END IF;
  END IF;
  RETURN true;
END
$$;

CREATE OR REPLACE FUNCTION job_manager_join_line(job text, key text, OUT last bigint, OUT "isUntouched" boolean, OUT "freeAt" timestamptz)
LANGUAGE plpgsql VOLATILE STRICT AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(job || '/' || key, 0));
  UPDATE "JobRun" SET "hasDependents" = true, rev = rev + 1
  WHERE id = (
    SELECT id FROM "JobRun" WHERE "jobName" = job AND "uniqueKey" = job_manager_join_line.key AND status IN ('QUEUED', 'RUNNING')
    ORDER BY id DESC LIMIT 1 FOR NO KEY UPDATE
  )
  RETURNING id, status = 'QUEUED' AND "claimNo" = 0 INTO last, "isUntouched";
  SELECT until INTO "freeAt" FROM "JobRunKey" k
  WHERE k.scope = 'PERIOD' AND k."jobName" = job AND k.key = job_manager_join_line.key AND k.until > clock_timestamp();
END
$$;

-- Frees the keys of runs that have left the state in which they keep others away, in the transaction that took them out
-- of it, whichever statement that was; and tells those who wait for runs that these have ended.
CREATE OR REPLACE FUNCTION job_manager_settle() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  freed bigint[];
  ended bigint[];
  waited_for bigint[];
  cancelled bigint[];
BEGIN
  SELECT array_agg(id) FILTER (WHERE ("uniqueScope" = 'RUNNING' AND "finishedAt" IS NOT NULL) OR ("uniqueScope" = 'QUEUED' AND ("claimNo" > 0 OR "finishedAt" IS NOT NULL))),
    array_agg(id) FILTER (WHERE "finishedAt" IS NOT NULL AND ("hasDependents" OR "batchId" IS NOT NULL)),
    array_agg(id) FILTER (WHERE "finishedAt" IS NOT NULL AND "hasDependents")
  INTO freed, ended, waited_for FROM changed
  WHERE "uniqueScope" IN ('QUEUED', 'RUNNING') OR "hasDependents" OR "batchId" IS NOT NULL;
  IF freed IS NOT NULL THEN DELETE FROM "JobRunKey" WHERE "runId" = ANY(freed) AND scope IN ('QUEUED', 'RUNNING'); END IF;
  -- What is cancelled below comes here, too, and is told in the loop that is under way: one trigger that calls the
  -- next would run out of stack in a long line.
  IF ended IS NULL OR current_setting('job_manager.settling', true) = 'on' THEN RETURN NULL; END IF;
  ended := ARRAY(SELECT unnest(ended) EXCEPT SELECT id FROM former WHERE "finishedAt" IS NOT NULL);
  waited_for := ARRAY(SELECT unnest(waited_for) EXCEPT SELECT id FROM former WHERE "finishedAt" IS NOT NULL);

  PERFORM set_config('job_manager.settling', 'on', true);
  WHILE cardinality(ended) > 0 LOOP
    cancelled := job_manager_settle_dependents(waited_for);
    ended := cancelled || job_manager_settle_batches(ended);
    waited_for := ended;
  END LOOP;
  PERFORM set_config('job_manager.settling', 'off', true);
  RETURN NULL;
END
$$;

-- A key goes with its run, however that is removed.
CREATE FUNCTION job_manager_forget_keys() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM "JobRunKey" WHERE "runId" IN (SELECT id FROM removed WHERE "uniqueKey" IS NOT NULL OR "idempotencyKey" IS NOT NULL OR "scheduleId" IS NOT NULL);
  RETURN NULL;
END
$$;
CREATE TRIGGER "JobRun_removed" AFTER DELETE ON "JobRun" REFERENCING OLD TABLE AS removed
  FOR EACH STATEMENT EXECUTE FUNCTION job_manager_forget_keys();

CREATE FUNCTION job_manager_forget_all_keys() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM "JobRunKey";
  RETURN NULL;
END
$$;
CREATE TRIGGER "JobRun_emptied" AFTER TRUNCATE ON "JobRun" FOR EACH STATEMENT EXECUTE FUNCTION job_manager_forget_all_keys();

-- Keys follow the row of their run, whatever wrote that: those with which it keeps others away are taken, and one that another
-- run has is a violation, as of a unique index.
CREATE FUNCTION job_manager_keep_keys() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  wanted "JobRunKey"[] := '{}';
  taken "JobRunKey";
BEGIN
  IF NEW."idempotencyKey" IS NOT NULL THEN wanted := wanted || ROW('IDEMPOTENCY', '', NEW."idempotencyKey", NEW.id, NULL)::"JobRunKey"; END IF;
  IF NEW."scheduleId" IS NOT NULL THEN wanted := wanted || ROW('DUE', '', job_manager_due_key(NEW."scheduleId", NEW."dueAt"), NEW.id, NULL)::"JobRunKey"; END IF;
  IF (CASE NEW."uniqueScope" WHEN 'QUEUED' THEN NEW.status = 'QUEUED' AND NEW."claimNo" = 0 WHEN 'RUNNING' THEN NEW.status IN ('QUEUED', 'RUNNING')
    WHEN 'PERIOD' THEN NEW."uniqueUntil" > clock_timestamp() ELSE false END)
  THEN wanted := wanted || ROW(NEW."uniqueScope"::text, NEW."jobName", NEW."uniqueKey", NEW.id, NEW."uniqueUntil")::"JobRunKey"; END IF;
  -- The statements that queue runs have taken the keys before.
  IF TG_OP = 'INSERT' AND cardinality(wanted) = (SELECT count(*) FROM "JobRunKey" WHERE "runId" = NEW.id) THEN RETURN NULL; END IF;
  DELETE FROM "JobRunKey" k
  WHERE k."runId" = NEW.id AND NOT EXISTS (SELECT FROM unnest(wanted) w WHERE (w.scope, w."jobName", w.key) = (k.scope, k."jobName", k.key));
  INSERT INTO "JobRunKey" AS held SELECT * FROM unnest(wanted)
  ON CONFLICT (scope, "jobName", key) DO UPDATE SET "runId" = excluded."runId", until = excluded.until
    WHERE held.until <= clock_timestamp() OR (held."runId" = excluded."runId" AND held.until <> excluded.until);
  SELECT k.* INTO taken FROM "JobRunKey" k JOIN unnest(wanted) w USING (scope, "jobName", key) WHERE k."runId" <> NEW.id LIMIT 1;
  IF FOUND THEN
    RAISE unique_violation USING MESSAGE = format('Run #%s has the key "%s"', taken."runId", taken.key), TABLE = 'JobRunKey', CONSTRAINT = 'JobRunKey_pkey';
  END IF;
  RETURN NULL;
END
$$;

CREATE TRIGGER "JobRun_keyed" AFTER INSERT ON "JobRun" FOR EACH ROW
  WHEN (NEW."uniqueKey" IS NOT NULL OR NEW."idempotencyKey" IS NOT NULL OR NEW."scheduleId" IS NOT NULL)
  EXECUTE FUNCTION job_manager_keep_keys();

CREATE TRIGGER "JobRun_rekeyed" AFTER UPDATE OF "jobName", "uniqueKey", "uniqueScope", "uniqueUntil", "idempotencyKey", "scheduleId", "dueAt"
  ON "JobRun" FOR EACH ROW
  EXECUTE FUNCTION job_manager_keep_keys();

-- Where the rows of a backup are restored one table after the other, the runs have their keys already.
CREATE FUNCTION job_manager_ignore_own_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM "JobRunKey" k WHERE k.scope = NEW.scope AND k."jobName" = NEW."jobName" AND k.key = NEW.key AND k."runId" = NEW."runId")
  THEN RETURN NULL; END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER "JobRunKey_restored" BEFORE INSERT ON "JobRunKey" FOR EACH ROW EXECUTE FUNCTION job_manager_ignore_own_key();
