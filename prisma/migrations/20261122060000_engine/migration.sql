-- CreateEnum
CREATE TYPE "UniqueScope" AS ENUM ('QUEUED', 'RUNNING', 'PERIOD', 'BEHIND');

-- CreateEnum
CREATE TYPE "WaitCondition" AS ENUM ('SUCCEEDED', 'FINISHED');

-- CreateEnum
CREATE TYPE "ScheduleSource" AS ENUM ('CODE', 'API');

-- CreateEnum
CREATE TYPE "MissedRuns" AS ENUM ('SKIP', 'ONCE', 'ALL');

-- CreateEnum
CREATE TYPE "Overlap" AS ENUM ('SKIP', 'QUEUE', 'CANCEL');

-- CreateEnum
CREATE TYPE "ScheduleSkipReason" AS ENUM ('MISSED', 'OVERLAP', 'PAUSED', 'JOB_GONE');

-- DropIndex
DROP INDEX "JobRun_claim";

-- DropIndex
DROP INDEX "JobRun_running";

-- AlterTable
ALTER TABLE "JobRun" ADD COLUMN     "batchId" BIGINT,
ADD COLUMN     "childPid" INTEGER,
ADD COLUMN     "cpuMs" INTEGER,
ADD COLUMN     "crashes" SMALLINT NOT NULL DEFAULT 0,
ADD COLUMN     "dependsOn" BIGINT[],
ADD COLUMN     "dueAt" TIMESTAMPTZ(3),
ADD COLUMN     "hasDependents" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "isBlocked" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "maxCrashes" SMALLINT NOT NULL DEFAULT 3,
ADD COLUMN     "maxLoopLagMs" INTEGER,
ADD COLUMN     "peakMemoryBytes" BIGINT,
ADD COLUMN     "retryPolicy" JSONB,
ADD COLUMN     "scheduleId" UUID,
ADD COLUMN     "uniqueKey" VARCHAR(200),
ADD COLUMN     "uniqueScope" "UniqueScope",
ADD COLUMN     "uniqueUntil" TIMESTAMPTZ(3),
ADD COLUMN     "waitsFor" "WaitCondition";

-- AlterTable
ALTER TABLE "JobRunAttempt" ADD COLUMN     "childPid" INTEGER,
ADD COLUMN     "cpuMs" INTEGER,
ADD COLUMN     "maxLoopLagMs" INTEGER,
ADD COLUMN     "peakMemoryBytes" BIGINT;

-- CreateTable
CREATE TABLE "Job" (
    "name" VARCHAR(100) NOT NULL,
    "channel" VARCHAR(100) NOT NULL,
    "priority" SMALLINT NOT NULL,
    "algorithmVersion" VARCHAR(50) NOT NULL,
    "maxAttempts" INTEGER NOT NULL,
    "maxCrashes" SMALLINT NOT NULL,
    "timeoutMs" INTEGER,
    "lastSeenAt" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "Job_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "Channel" (
    "name" VARCHAR(100) NOT NULL,
    "concurrency" INTEGER,
    "concurrencyPerRunner" INTEGER,
    "rateLimit" INTEGER,
    "ratePeriodMs" INTEGER,
    "weight" INTEGER NOT NULL DEFAULT 1,
    "pausedAt" TIMESTAMPTZ(3),
    "pausedBy" VARCHAR(254),
    "pauseReason" VARCHAR(500),
    "resumeAt" TIMESTAMPTZ(3),
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "Channel_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "ChannelStart" (
    "channel" VARCHAR(100) NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL,
    "runs" INTEGER NOT NULL,

    CONSTRAINT "ChannelStart_pkey" PRIMARY KEY ("channel","at")
);

-- CreateTable
CREATE TABLE "JobRunBatch" (
    "id" BIGSERIAL NOT NULL,
    "name" VARCHAR(200) NOT NULL,
    "total" INTEGER NOT NULL,
    "callbackRunId" BIGINT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "createdBy" VARCHAR(254),
    "finishedAt" TIMESTAMPTZ(3),

    CONSTRAINT "JobRunBatch_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Schedule" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "name" VARCHAR(100) NOT NULL,
    "jobName" VARCHAR(100) NOT NULL,
    "parameters" JSONB NOT NULL DEFAULT '{}',
    "cron" VARCHAR(200),
    "everyMs" BIGINT,
    "anchorAt" TIMESTAMPTZ(3) NOT NULL DEFAULT date_trunc('milliseconds', clock_timestamp()),
    "timeZone" VARCHAR(64) NOT NULL DEFAULT 'UTC',
    "missedRuns" "MissedRuns" NOT NULL DEFAULT 'ONCE',
    "overlap" "Overlap" NOT NULL DEFAULT 'SKIP',
    "source" "ScheduleSource" NOT NULL,
    "pausedAt" TIMESTAMPTZ(3),
    "pausedBy" VARCHAR(254),
    "pauseReason" VARCHAR(500),
    "nextRunAt" TIMESTAMPTZ(3),
    "lastDueAt" TIMESTAMPTZ(3),
    "lastRunId" BIGINT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "createdBy" VARCHAR(254),
    "rev" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "Schedule_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ScheduleSkip" (
    "id" BIGSERIAL NOT NULL,
    "scheduleId" UUID NOT NULL,
    "firstDueAt" TIMESTAMPTZ(3) NOT NULL,
    "lastDueAt" TIMESTAMPTZ(3) NOT NULL,
    "dueTimes" INTEGER NOT NULL,
    "reason" "ScheduleSkipReason" NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "ScheduleSkip_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "JobRunBatch_open" ON "JobRunBatch"("id" DESC) WHERE ("finishedAt" IS NULL);

-- CreateIndex
CREATE UNIQUE INDEX "Schedule_name_key" ON "Schedule"("name");

-- CreateIndex
CREATE INDEX "Schedule_due" ON "Schedule"("nextRunAt") WHERE ("nextRunAt" IS NOT NULL AND "pausedAt" IS NULL);

-- CreateIndex
CREATE INDEX "ScheduleSkip_scheduleId_id_idx" ON "ScheduleSkip"("scheduleId", "id" DESC);

-- AlterTable
ALTER TABLE "MaintenanceTask" ADD COLUMN     "hasProblem" BOOLEAN NOT NULL DEFAULT false;

-- CreateIndex
CREATE INDEX "JobRun_claim" ON "JobRun"("isBlocked", "channel", "priority", "runAt", "id") WHERE (status = 'QUEUED');

-- CreateIndex
CREATE INDEX "JobRun_running" ON "JobRun"("channel", "id") WHERE (status = 'RUNNING');

-- CreateIndex
CREATE INDEX "JobRun_active_key" ON "JobRun"("jobName", "uniqueKey", "id") WHERE ("uniqueKey" IS NOT NULL AND status IN ('QUEUED', 'RUNNING'));

-- CreateIndex
CREATE INDEX "JobRun_dependents" ON "JobRun" USING GIN ("dependsOn") WHERE (status = 'QUEUED' AND "isBlocked");

-- CreateIndex
CREATE INDEX "JobRun_batch" ON "JobRun"("batchId", "status") WHERE ("batchId" IS NOT NULL);

-- CreateIndex
CREATE UNIQUE INDEX "JobRun_unique_queued" ON "JobRun"("jobName", "uniqueKey") WHERE ("uniqueScope" = 'QUEUED' AND status = 'QUEUED' AND "claimNo" = 0);

-- CreateIndex
CREATE UNIQUE INDEX "JobRun_unique_running" ON "JobRun"("jobName", "uniqueKey") WHERE ("uniqueScope" = 'RUNNING' AND status IN ('QUEUED', 'RUNNING'));

-- CreateIndex
CREATE UNIQUE INDEX "JobRun_unique_period" ON "JobRun"("jobName", "uniqueKey") WHERE ("uniqueScope" = 'PERIOD' AND "uniqueUntil" IS NOT NULL);

-- CreateIndex
CREATE INDEX "JobRun_due_active" ON "JobRun"("scheduleId", "id") WHERE ("scheduleId" IS NOT NULL AND status IN ('QUEUED', 'RUNNING'));

-- CreateIndex
CREATE UNIQUE INDEX "JobRun_due" ON "JobRun"("scheduleId", "dueAt") WHERE ("scheduleId" IS NOT NULL);

-- Prisma doesn't say so, but a run that waits for nobody has no list at all.
ALTER TABLE "JobRun"
  ADD CONSTRAINT "JobRun_unique" CHECK (("uniqueKey" IS NULL) = ("uniqueScope" IS NULL) AND ("uniqueUntil" IS NULL OR "uniqueScope" = 'PERIOD')),
  ADD CONSTRAINT "JobRun_waits" CHECK (status <> 'RUNNING' OR NOT "isBlocked"),
  ADD CONSTRAINT "JobRun_due" CHECK (("scheduleId" IS NULL) = ("dueAt" IS NULL));

ALTER TABLE "Channel" ADD CONSTRAINT "Channel_limits" CHECK (
  concurrency >= 1 AND "concurrencyPerRunner" >= 1 AND "rateLimit" >= 1 AND "ratePeriodMs" >= 1 AND weight BETWEEN 1 AND 1000
  AND ("rateLimit" IS NULL) = ("ratePeriodMs" IS NULL));

ALTER TABLE "Schedule" ADD CONSTRAINT "Schedule_timing" CHECK ((cron IS NULL) <> ("everyMs" IS NULL) AND ("everyMs" IS NULL OR "everyMs" >= 1000));

-- How many runs a channel with limits may start now, at most `most`. Locks the channel until the claim is committed,
-- and then looks with fresh eyes: a plain subquery would still see what was running before it waited for the lock,
-- and runners that claim at once would exceed the limits together.
CREATE FUNCTION job_manager_channel_slots(lane text, most integer) RETURNS integer LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  settings "Channel";
  slots bigint := most;
BEGIN
  SELECT * INTO settings FROM "Channel" WHERE name = lane FOR UPDATE;
  IF NOT FOUND THEN RETURN most; END IF;
  IF settings.concurrency IS NOT NULL THEN
    slots := least(slots, settings.concurrency - (SELECT count(*) FROM "JobRun" WHERE status = 'RUNNING' AND channel = lane));
  END IF;
  IF settings."rateLimit" IS NOT NULL THEN
    DELETE FROM "ChannelStart" WHERE channel = lane AND at <= clock_timestamp() - settings."ratePeriodMs" * interval '1 ms';
    slots := least(slots, settings."rateLimit" - (SELECT coalesce(sum(runs), 0) FROM "ChannelStart" WHERE channel = lane));
  END IF;
  RETURN greatest(slots, 0);
END
$$;

-- Who has a key last, of the runs that are queued or running: a run that is to wait behind it must wait for the last
-- in that line. The lock is kept until the new run is committed, so two never join behind the same run.
CREATE FUNCTION job_manager_last_of_key(job text, key text) RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(job || '/' || key, 0));
  RETURN (SELECT max(id) FROM "JobRun" WHERE "jobName" = job AND "uniqueKey" = key AND status IN ('QUEUED', 'RUNNING'));
END
$$;

-- Tells those who wait for a run that it has ended, in the transaction that ended it, whichever statement that was.
-- Each of them is locked before its other runs are looked at, and that look is fresh: of two runs that end at once,
-- the second to get the lock sees that both have ended.
CREATE FUNCTION job_manager_settle() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  batch "JobRunBatch";
  woken integer := 0;
BEGIN
  IF NEW."hasDependents" THEN
    PERFORM 1 FROM "JobRun" WHERE status = 'QUEUED' AND "isBlocked" AND "dependsOn" @> ARRAY[NEW.id] ORDER BY id FOR UPDATE;
    IF NEW.status <> 'SUCCESS' THEN
      PERFORM job_manager_cancel_waiting(ARRAY(
        SELECT id FROM "JobRun" WHERE status = 'QUEUED' AND "isBlocked" AND "dependsOn" @> ARRAY[NEW.id] AND "waitsFor" = 'SUCCEEDED'
      ), 'Run #' || NEW.id || ', which it waits for, ended as ' || NEW.status);
    END IF;
    UPDATE "JobRun" d
    SET "isBlocked" = false, "runAt" = greatest("runAt", date_trunc('milliseconds', clock_timestamp())), rev = rev + 1
    WHERE status = 'QUEUED' AND "isBlocked" AND "dependsOn" @> ARRAY[NEW.id]
      AND NOT EXISTS (SELECT 1 FROM "JobRun" p WHERE p.id = ANY(d."dependsOn") AND p.status IN ('QUEUED', 'RUNNING'));
    GET DIAGNOSTICS woken = ROW_COUNT;
  END IF;

  IF NEW."batchId" IS NOT NULL THEN
    SELECT * INTO batch FROM "JobRunBatch" WHERE id = NEW."batchId" FOR UPDATE;
    IF batch."finishedAt" IS NULL
      AND NOT EXISTS (SELECT 1 FROM "JobRun" WHERE "batchId" = batch.id AND status IN ('QUEUED', 'RUNNING')) THEN
      UPDATE "JobRunBatch" SET "finishedAt" = clock_timestamp() WHERE id = batch.id;
      woken := woken + job_manager_call_back(batch);
    END IF;
  END IF;

  -- Delivered at commit; runners would find the runs at their next look in any case.
  IF woken > 0 THEN
    PERFORM pg_notify('job_manager_queued', ''), pg_notify('job_manager_changed', '');
  END IF;
  RETURN NULL;
END
$$;

-- Lets the run begin that waits for a whole batch; cancels it where it expects success and somebody failed.
CREATE FUNCTION job_manager_call_back(batch "JobRunBatch") RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  unsuccessful bigint;
  woken integer;
BEGIN
  IF batch."callbackRunId" IS NULL THEN RETURN 0; END IF;
  SELECT count(*) INTO unsuccessful FROM "JobRun" WHERE "batchId" = batch.id AND status IN ('FAILED', 'CANCELLED');
  IF unsuccessful > 0 THEN
    PERFORM job_manager_cancel_waiting(ARRAY(
      SELECT id FROM "JobRun" WHERE id = batch."callbackRunId" AND status = 'QUEUED' AND "isBlocked" AND "waitsFor" = 'SUCCEEDED'
    ), 'Of batch #' || batch.id || ', which it waits for, ' || unsuccessful || ' of ' || batch.total || ' runs did not succeed');
  END IF;
  UPDATE "JobRun" SET "isBlocked" = false, "runAt" = greatest("runAt", date_trunc('milliseconds', clock_timestamp())), rev = rev + 1
  WHERE id = batch."callbackRunId" AND status = 'QUEUED' AND "isBlocked";
  GET DIAGNOSTICS woken = ROW_COUNT;
  RETURN woken;
END
$$;

-- Cancels runs that wait in vain, and those that wait for the success of these, however long the chain: at once, for
-- one trigger calling the next would run out of stack on a long one. Counted and told as cancel.ts does.
CREATE FUNCTION job_manager_cancel_waiting(first_ones bigint[], why text) RETURNS void LANGUAGE sql VOLATILE AS $$
WITH RECURSIVE doomed(id, because) AS (
  SELECT unnest(first_ones), why
  UNION
  SELECT d.id, 'Run #' || doomed.id || ', which it waits for, ended as CANCELLED'
  FROM doomed JOIN "JobRun" d ON d.status = 'QUEUED' AND d."isBlocked" AND d."waitsFor" = 'SUCCEEDED' AND d."dependsOn" @> ARRAY[doomed.id]
), once AS (SELECT id, min(because) AS because FROM doomed GROUP BY id
), moment AS MATERIALIZED (SELECT clock_timestamp() AS at
), locked AS MATERIALIZED (
  SELECT j.id, once.because FROM "JobRun" j JOIN once ON once.id = j.id WHERE j.status = 'QUEUED' ORDER BY j.id FOR UPDATE OF j
), cancelled AS (
  UPDATE "JobRun" j
  SET status = 'CANCELLED', "finishedAt" = moment.at, "isBlocked" = false, rev = j.rev + 1, "messageCount" = j."messageCount" + 1,
      "warningCount" = j."warningCount" + 1, error = left(locked.because, 1000)
  FROM locked, moment WHERE j.id = locked.id AND j.status = 'QUEUED'
  RETURNING j.*
), counted AS (
  INSERT INTO "JobRunCount" (hour, "jobName", status, runs, "totalDurationMs")
  SELECT date_trunc('hour', "finishedAt", 'UTC'), "jobName", status, count(*), 0 FROM cancelled GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
  ON CONFLICT (hour, "jobName", status) DO UPDATE SET runs = "JobRunCount".runs + EXCLUDED.runs
)
INSERT INTO "JobRunMessage" ("runId", seq, attempt, level, source, message)
SELECT id, "messageCount", attempt, 'WARN', 'SYSTEM', left('Cancelled: ' || error, 500) FROM cancelled
$$;

CREATE TRIGGER "JobRun_ended" AFTER UPDATE OF status ON "JobRun" FOR EACH ROW
  WHEN (NEW."finishedAt" IS NOT NULL AND OLD."finishedAt" IS NULL AND (NEW."hasDependents" OR NEW."batchId" IS NOT NULL))
  EXECUTE FUNCTION job_manager_settle();
