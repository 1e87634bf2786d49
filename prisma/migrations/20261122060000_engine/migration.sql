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
CREATE UNIQUE INDEX "JobRunBatch_callback" ON "JobRunBatch"("callbackRunId") WHERE ("callbackRunId" IS NOT NULL);

-- CreateIndex
CREATE UNIQUE INDEX "Schedule_name_key" ON "Schedule"("name");

-- CreateIndex
CREATE INDEX "Schedule_due" ON "Schedule"("nextRunAt") WHERE ("nextRunAt" IS NOT NULL AND "pausedAt" IS NULL);

-- CreateIndex
CREATE INDEX "ScheduleSkip_scheduleId_id_idx" ON "ScheduleSkip"("scheduleId", "id" DESC);

-- AlterTable
ALTER TABLE "MaintenanceTask" ADD COLUMN     "hasProblem" BOOLEAN NOT NULL DEFAULT false;

-- CreateIndex
CREATE INDEX "JobRun_claim" ON "JobRun"("isBlocked", "channel", "priority", "runAt", "id", "jobName") WHERE (status = 'QUEUED');

-- CreateIndex
CREATE INDEX "JobRun_running" ON "JobRun"("channel", "id") WHERE (status = 'RUNNING');

-- CreateIndex
CREATE INDEX "JobRun_active_key" ON "JobRun"("jobName", "uniqueKey", "id") WHERE ("uniqueKey" IS NOT NULL AND status IN ('QUEUED', 'RUNNING'));

-- CreateIndex
CREATE INDEX "JobRun_dependents" ON "JobRun" USING GIN ("dependsOn") WHERE ("isBlocked");

-- CreateIndex
CREATE INDEX "JobRun_batch" ON "JobRun"("batchId", "status") WHERE ("batchId" IS NOT NULL);

-- CreateIndex
CREATE INDEX "JobRunAttempt_failed" ON "JobRunAttempt"("endedAt") WHERE (outcome = 'FAILED');

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
  ADD CONSTRAINT "JobRun_waits" CHECK (status = 'QUEUED' OR NOT "isBlocked"),
  ADD CONSTRAINT "JobRun_due" CHECK (("scheduleId" IS NULL) = ("dueAt" IS NULL));

ALTER TABLE "Channel" ADD CONSTRAINT "Channel_limits" CHECK (
  concurrency >= 1 AND "concurrencyPerRunner" >= 1 AND "rateLimit" >= 1 AND "ratePeriodMs" >= 1 AND weight BETWEEN 1 AND 1000
  AND ("rateLimit" IS NULL) = ("ratePeriodMs" IS NULL));

ALTER TABLE "Schedule" ADD CONSTRAINT "Schedule_timing" CHECK ((cron IS NULL) <> ("everyMs" IS NULL) AND ("everyMs" IS NULL OR "everyMs" >= 1000));

-- Every run that ends looks for those that wait for it: a list of entries yet to be sorted in would be read each time.
ALTER INDEX "JobRun_dependents" SET (fastupdate = off);

-- How many more runs a channel with limits may start, at most `most`, as it is seen just now.
CREATE FUNCTION job_manager_channel_room(settings "Channel", most integer) RETURNS integer LANGUAGE sql STABLE AS $$
  SELECT greatest(0, least(most,
    CASE WHEN settings.concurrency IS NOT NULL THEN
      settings.concurrency - (SELECT count(*) FROM "JobRun" WHERE status = 'RUNNING' AND channel = settings.name)
    END,
    CASE WHEN settings."rateLimit" IS NOT NULL THEN
      settings."rateLimit" - (SELECT coalesce(sum(runs), 0) FROM "ChannelStart"
        WHERE channel = settings.name AND at > clock_timestamp() - settings."ratePeriodMs" * interval '1 ms')
    END))::integer
$$;

-- The same, for a claim that starts them. Locks the channel until the claim is committed, and then looks with fresh
-- eyes: a plain subquery would still see what was running before it waited for the lock, and runners that claim at
-- once would exceed the limits together.
CREATE FUNCTION job_manager_channel_slots(lane text, most integer) RETURNS integer LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  settings "Channel";
BEGIN
  SELECT * INTO settings FROM "Channel" WHERE name = lane FOR UPDATE;
  IF NOT FOUND THEN RETURN most; END IF;
  IF settings."pausedAt" IS NOT NULL AND coalesce(settings."resumeAt" > clock_timestamp(), true) THEN RETURN 0; END IF;
  DELETE FROM "ChannelStart" WHERE channel = lane AND at <= clock_timestamp() - settings."ratePeriodMs" * interval '1 ms';
  RETURN job_manager_channel_room(settings, most);
END
$$;

-- The time as which a start is kept: rounded up to a thousandth of the period, so that a channel never has more than
-- some thousand rows to add up, and every start counts for the whole period at least.
CREATE FUNCTION job_manager_start_at(start timestamptz, period_ms integer) RETURNS timestamptz LANGUAGE sql STABLE AS $$
  SELECT to_timestamp(0) + ceil(extract(epoch FROM start) * 1000000 / period_ms) * period_ms * interval '1 microsecond'
$$;

-- The end of the line of a key, for a run that is about to join it: the last run that is queued or running, whether that
-- one has never begun, and until when the key is taken for a time. Null for no such run. The lock is kept until the
-- new run is committed, so two never join behind the same run; and what is looked at under it is looked at with fresh
-- eyes, as a plain subquery would not. That somebody waits for the last is written down here for the same reason: an
-- end of it that is being written is waited for.
CREATE FUNCTION job_manager_join_line(job text, key text, OUT last bigint, OUT "isUntouched" boolean, OUT "freeAt" timestamptz)
LANGUAGE plpgsql VOLATILE STRICT AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(job || '/' || key, 0));
  UPDATE "JobRun" SET "hasDependents" = true, rev = rev + 1
  WHERE id = (
    SELECT id FROM "JobRun" WHERE "jobName" = job AND "uniqueKey" = key AND status IN ('QUEUED', 'RUNNING')
    ORDER BY id DESC LIMIT 1 FOR NO KEY UPDATE
  )
  RETURNING id, status = 'QUEUED' AND "claimNo" = 0 INTO last, "isUntouched";
  SELECT max("uniqueUntil") INTO "freeAt" FROM "JobRun"
  WHERE "jobName" = job AND "uniqueKey" = key AND "uniqueScope" = 'PERIOD' AND "uniqueUntil" > clock_timestamp();
END
$$;

-- The first of those in the line of a key that is where a run of the wanted scope would hold it; null for none. They keep nobody
-- away by an index, but the next is not to overtake them. Looked at with fresh eyes and under the lock of the line, which
-- is kept until the new run is committed: somebody could join, and begin, while it waits for something else. `locked`
-- is EXCLUSIVE for one that may join the line itself, SHARED for one that never does, so that such ones wait for
-- nobody but those who join, and NONE for one of thousands: locks are kept in a table that would be full.
CREATE FUNCTION job_manager_first_in_line(job text, key text, wanted text, locked text) RETURNS bigint LANGUAGE plpgsql VOLATILE STRICT AS $$
DECLARE
  line bigint := hashtextextended(job || '/' || key, 0);
BEGIN
  IF locked = 'EXCLUSIVE' THEN PERFORM pg_advisory_xact_lock(line);
  ELSIF locked = 'SHARED' THEN PERFORM pg_advisory_xact_lock_shared(line);
  END IF;
  RETURN (
    SELECT id FROM "JobRun" WHERE "jobName" = job AND "uniqueKey" = key AND "uniqueScope" = 'BEHIND' AND status IN ('QUEUED', 'RUNNING')
      AND CASE wanted WHEN 'QUEUED' THEN status = 'QUEUED' AND "claimNo" = 0 ELSE wanted = 'RUNNING' END
    ORDER BY id LIMIT 1
  );
END
$$;

-- Tells those who wait for runs that these have ended, in the transaction that ended them, whichever statement that
-- was. Once per statement, for all that it ended: locks are then taken in one order, and two statements that end
-- runs of the same batches or with the same dependents rarely wait for one another in a circle.
CREATE FUNCTION job_manager_settle() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  ended bigint[];
  waited_for bigint[];
  cancelled bigint[];
BEGIN
  -- What is cancelled below comes here, too, and is told in the loop that is under way: one trigger that calls the
  -- next would run out of stack in a long line.
  IF current_setting('job_manager.settling', true) = 'on' THEN RETURN NULL; END IF;
  SELECT array_agg(id), array_agg(id) FILTER (WHERE "hasDependents") INTO ended, waited_for FROM changed
  WHERE "finishedAt" IS NOT NULL AND ("hasDependents" OR "batchId" IS NOT NULL)
    AND id NOT IN (SELECT id FROM former WHERE "finishedAt" IS NOT NULL);
  IF ended IS NULL THEN RETURN NULL; END IF;

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

-- Wakes the runs whose last predecessor has ended, and cancels those that waited for a success that never comes.
-- Returns what it cancelled. Each run is locked before its other predecessors are looked at, and that look is fresh:
-- of two that end at once, the second to get the lock sees that both have ended.
-- Nothing is asked of the state of those that wait, though it is known: the planner would take the index of what is
-- claimed next while blocked runs are rare, and read all of them for each run that ends when they are not. For the
-- same reason plans are not kept: those of an empty table would stay for as long as the connection.
CREATE FUNCTION job_manager_settle_dependents(waited_for bigint[]) RETURNS bigint[] LANGUAGE plpgsql SET plan_cache_mode = 'force_custom_plan' AS $$
DECLARE
  in_vain bigint[];
  ready bigint[];
BEGIN
  IF waited_for IS NULL THEN RETURN '{}'; END IF;
  PERFORM 1 FROM "JobRun" WHERE "isBlocked" AND "dependsOn" && waited_for ORDER BY id FOR UPDATE;
  IF NOT FOUND THEN RETURN '{}'; END IF;
  PERFORM job_manager_move_up(d.id, p.id) FROM "JobRun" p JOIN "JobRun" d
    ON d."isBlocked" AND d."dependsOn" @> ARRAY[p.id] AND d."uniqueScope" = 'BEHIND' AND (d."jobName", d."uniqueKey") = (p."jobName", p."uniqueKey")
  WHERE p.id = ANY(waited_for) AND p."uniqueScope" = 'BEHIND' AND p.status = 'CANCELLED' AND p."claimNo" = 0;
  SELECT coalesce(array_agg(id) FILTER (WHERE "isInVain"), '{}'), coalesce(array_agg(id) FILTER (WHERE NOT "isInVain" AND NOT "isEarly"), '{}')
  INTO in_vain, ready
  FROM "JobRun" d CROSS JOIN LATERAL (
    SELECT coalesce(bool_or(p.status IN ('FAILED', 'CANCELLED')), false) AND d."waitsFor" = 'SUCCEEDED' AS "isInVain",
      coalesce(bool_or(p.status IN ('QUEUED', 'RUNNING')), false) AS "isEarly"
    FROM "JobRun" p WHERE p.id = ANY(d."dependsOn")
  ) predecessors
  WHERE d."isBlocked" AND d."dependsOn" && waited_for;
  PERFORM job_manager_wake(ready);
  RETURN job_manager_cancel_waiting(in_vain, NULL);
END
$$;

-- Lets a run wait for the one that is ahead of it now, where the one it waited for left the line of their key before its
-- turn: those ahead of that one go on. Nothing changes where nobody is ahead.
CREATE FUNCTION job_manager_move_up(follower bigint, former bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  ahead bigint;
BEGIN
  -- Written down at once: an end of it that is being written is waited for, and then the next one ahead is looked for.
  UPDATE "JobRun" SET "hasDependents" = true, rev = rev + 1
  WHERE id = (
    SELECT o.id FROM "JobRun" o JOIN "JobRun" f ON f.id = former
    WHERE o."jobName" = f."jobName" AND o."uniqueKey" = f."uniqueKey" AND o.status IN ('QUEUED', 'RUNNING') AND o.id < former
    ORDER BY o.id DESC LIMIT 1 FOR NO KEY UPDATE OF o
  )
  RETURNING id INTO ahead;
  UPDATE "JobRun" SET "dependsOn" = array_replace("dependsOn", former, ahead), rev = rev + 1 WHERE id = follower AND ahead IS NOT NULL;
END
$$;

-- Ends the batches that have no unfinished run any more, and lets the run begin that waits for the whole batch; or
-- cancels it where it expects success and somebody failed. Returns what it cancelled.
CREATE FUNCTION job_manager_settle_batches(ended bigint[]) RETURNS bigint[] LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  batch "JobRunBatch";
  unsuccessful bigint;
  cancelled bigint[] := '{}';
BEGIN
  FOR batch IN
    SELECT * FROM "JobRunBatch" WHERE id IN (SELECT "batchId" FROM "JobRun" WHERE id = ANY(ended)) AND "finishedAt" IS NULL
    ORDER BY id FOR UPDATE
  LOOP
    CONTINUE WHEN EXISTS (SELECT 1 FROM "JobRun" WHERE "batchId" = batch.id AND status IN ('QUEUED', 'RUNNING'));
    UPDATE "JobRunBatch" SET "finishedAt" = clock_timestamp() WHERE id = batch.id;
    CONTINUE WHEN batch."callbackRunId" IS NULL;
    SELECT count(*) FILTER (WHERE status IN ('FAILED', 'CANCELLED')) INTO unsuccessful FROM "JobRun" WHERE "batchId" = batch.id;
    IF unsuccessful > 0 THEN
      cancelled := cancelled || job_manager_cancel_waiting(ARRAY(
        SELECT id FROM "JobRun" WHERE id = batch."callbackRunId" AND "isBlocked" AND "waitsFor" = 'SUCCEEDED'
      ), 'Of batch #' || batch.id || ', which it waits for, ' || unsuccessful || ' of ' || batch.total || ' runs did not succeed');
    END IF;
    PERFORM job_manager_wake(ARRAY[batch."callbackRunId"]);
  END LOOP;
  RETURN cancelled;
END
$$;

-- Runs that wait no longer go to the end of their line, where they were not to begin later anyway.
CREATE FUNCTION job_manager_wake(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE "JobRun" SET "isBlocked" = false, "runAt" = greatest("runAt", date_trunc('milliseconds', clock_timestamp())), rev = rev + 1
  WHERE id = ANY(ids) AND "isBlocked";
  -- Delivered at commit; runners would find the runs at their next look in any case.
  IF FOUND THEN PERFORM pg_notify('job_manager_queued', ''), pg_notify('job_manager_changed', ''); END IF;
END
$$;

-- Cancels runs that wait in vain, and those that wait for the success of these, however long the chain. Counted and
-- told as cancel.ts does. Returns what it cancelled: runs that came to wait for these meanwhile are yet to be told.
CREATE FUNCTION job_manager_cancel_waiting(first_ones bigint[], why text) RETURNS bigint[] LANGUAGE plpgsql SET plan_cache_mode = 'force_custom_plan' AS $$
DECLARE
  doomed bigint[];
  cancelled bigint[];
BEGIN
  IF cardinality(first_ones) = 0 THEN RETURN '{}'; END IF;
  doomed := ARRAY(
    WITH RECURSIVE waiting(id) AS (
      SELECT unnest(first_ones)
      UNION
      -- OFFSET 0: one look into the index for each, never all of these for all of those.
      SELECT next.id FROM waiting CROSS JOIN LATERAL (
        SELECT id FROM "JobRun" WHERE "isBlocked" AND "waitsFor" = 'SUCCEEDED' AND "dependsOn" @> ARRAY[waiting.id] OFFSET 0
      ) next
    )
    SELECT id FROM waiting
  );
  WITH moment AS MATERIALIZED (SELECT clock_timestamp() AS at
  ), locked AS MATERIALIZED (
    SELECT id FROM "JobRun" WHERE id = ANY(doomed) AND "isBlocked" ORDER BY id FOR UPDATE
  ), stopped AS (
    UPDATE "JobRun" j
    SET status = 'CANCELLED', "finishedAt" = moment.at, "isBlocked" = false, rev = j.rev + 1, "messageCount" = j."messageCount" + 1,
        "warningCount" = j."warningCount" + 1,
        error = coalesce(CASE WHEN j.id = ANY(first_ones) THEN why END, (
          SELECT 'Run #' || p.id || ', which it waits for, ended as ' || CASE p.status WHEN 'QUEUED' THEN 'CANCELLED' ELSE p.status END
          FROM "JobRun" p WHERE p.id = ANY(j."dependsOn") AND (p.status IN ('FAILED', 'CANCELLED') OR p.id IN (SELECT id FROM locked))
          ORDER BY p.status = 'QUEUED', p.id LIMIT 1
        ))
    FROM locked, moment WHERE j.id = locked.id
    RETURNING j.*
  ), counted AS (
    INSERT INTO "JobRunCount" (hour, "jobName", status, runs, "totalDurationMs")
    SELECT date_trunc('hour', "finishedAt", 'UTC'), "jobName", status, count(*), 0 FROM stopped GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (hour, "jobName", status) DO UPDATE SET runs = "JobRunCount".runs + EXCLUDED.runs
  ), noted AS (
    INSERT INTO "JobRunMessage" ("runId", seq, attempt, level, source, message)
    SELECT id, "messageCount", attempt, 'WARN', 'SYSTEM', left('Cancelled: ' || error, 500) FROM stopped
  )
  SELECT coalesce(array_agg(id), '{}') INTO cancelled FROM stopped;
  PERFORM pg_notify('job_manager_changed', '') WHERE cardinality(cancelled) > 0;
  RETURN cancelled;
END
$$;

CREATE TRIGGER "JobRun_ended" AFTER UPDATE ON "JobRun" REFERENCING OLD TABLE AS former NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION job_manager_settle();
