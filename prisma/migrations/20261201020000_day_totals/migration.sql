-- What ended per day and ever until the end of that day, of days that are over: how many runs ended between two days is the
-- difference of two rows of a job, however many days lie between them. Written by maintenance from the counters of days.

-- CreateTable
CREATE TABLE "JobRunDayTotal" (
    "day" TIMESTAMPTZ(0) NOT NULL,
    "jobName" VARCHAR(100) NOT NULL,
    "status" "JobRunStatus" NOT NULL,
    "runs" BIGINT NOT NULL,
    "total" BIGINT NOT NULL,

    CONSTRAINT "JobRunDayTotal_pkey" PRIMARY KEY ("day","status","jobName")
);

-- CreateIndex
CREATE INDEX "JobRunDayTotal_by_job" ON "JobRunDayTotal"("jobName", "status", "day") INCLUDE (runs, total);

-- CreateTable
CREATE TABLE "QueueSampleDay" (
    "day" TIMESTAMPTZ(0) NOT NULL,
    "channel" VARCHAR(100) NOT NULL,
    "samples" INTEGER NOT NULL,
    "queued" REAL NOT NULL,
    "due" REAL NOT NULL,
    "running" REAL NOT NULL,
    "oldestDueAgeMs" BIGINT,
    "createdTotal" BIGINT,

    CONSTRAINT "QueueSampleDay_pkey" PRIMARY KEY ("day","channel")
);

-- As before; a run that ends in a day that is over, as those of an imported history do, makes its totals be written anew.
CREATE OR REPLACE FUNCTION job_manager_count_day() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  counted "JobRunCount" := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  change bigint := CASE TG_OP WHEN 'DELETE' THEN -OLD.runs WHEN 'UPDATE' THEN NEW.runs - OLD.runs ELSE NEW.runs END;
BEGIN
  INSERT INTO "JobRunDayCount" AS d (day, "jobName", status, runs)
  VALUES (date_trunc('day', counted.hour, 'UTC'), counted."jobName", counted.status, change)
  ON CONFLICT (day, "jobName", status) DO UPDATE SET runs = d.runs + change;
  IF change < 0 THEN
    DELETE FROM "JobRunDayCount"
    WHERE day = date_trunc('day', counted.hour, 'UTC') AND "jobName" = counted."jobName" AND status = counted.status AND runs = 0;
    INSERT INTO "JobRunRemoved" AS r (hour, "jobName", status, runs) VALUES (counted.hour, counted."jobName", counted.status, -change)
    ON CONFLICT (hour, "jobName", status) DO UPDATE SET runs = r.runs - change;
    INSERT INTO "JobRunDayRemoved" AS r (day, "jobName", status, runs)
    VALUES (date_trunc('day', counted.hour, 'UTC'), counted."jobName", counted.status, -change)
    ON CONFLICT (day, "jobName", status) DO UPDATE SET runs = r.runs - change;
  ELSIF date_trunc('day', counted.hour, 'UTC') < now() - interval '25 hours' THEN
    DELETE FROM "JobRunDayTotal" WHERE day >= date_trunc('day', counted.hour, 'UTC');
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION job_manager_empty_days() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM "JobRunDayCount";
  DELETE FROM "JobRunDayTotal";
  RETURN NULL;
END
$$;

-- Runs that are removed as if there had never been any.
CREATE FUNCTION job_manager_forget_day() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM "JobRunDayTotal" WHERE day >= OLD.day;
  RETURN NULL;
END
$$;

CREATE TRIGGER "JobRunDayRemoved_forgotten" AFTER UPDATE OF runs ON "JobRunDayRemoved" FOR EACH ROW WHEN (NEW.runs < OLD.runs)
  EXECUTE FUNCTION job_manager_forget_day();

-- Failures of all causes per hour, so that none has to add up those of each cause to find what has no cause yet.

-- CreateTable
CREATE TABLE "RunErrorHour" (
    "hour" TIMESTAMPTZ(0) NOT NULL,
    "runs" BIGINT NOT NULL,

    CONSTRAINT "RunErrorHour_pkey" PRIMARY KEY ("hour")
);

-- What is being noted meanwhile waits, and is then counted below.
LOCK TABLE "RunError" IN SHARE ROW EXCLUSIVE MODE;
INSERT INTO "RunErrorHour" (hour, runs) SELECT hour, sum(runs) FROM "RunErrorCount" GROUP BY 1;

-- As before, and the hours after the causes: in one order, so that two such statements never wait for each other in a circle.
CREATE OR REPLACE FUNCTION job_manager_count_errors() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  sign integer := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
BEGIN
  INSERT INTO "RunErrorCount" AS c (fingerprint, hour, "jobName", runs)
  SELECT fingerprint, date_trunc('hour', "finishedAt", 'UTC'), "jobName", sign * count(*) FROM changed GROUP BY 1, 2, 3 ORDER BY 1, 2
  ON CONFLICT (fingerprint, hour) DO UPDATE SET runs = c.runs + EXCLUDED.runs;
  INSERT INTO "RunErrorHour" AS h (hour, runs)
  SELECT date_trunc('hour', "finishedAt", 'UTC'), sign * count(*) FROM changed GROUP BY 1 ORDER BY 1
  ON CONFLICT (hour) DO UPDATE SET runs = h.runs + EXCLUDED.runs;
  IF TG_OP = 'DELETE' THEN
    DELETE FROM "RunErrorCount" c USING (SELECT DISTINCT fingerprint, date_trunc('hour', "finishedAt", 'UTC') AS hour FROM changed) d
    WHERE c.fingerprint = d.fingerprint AND c.hour = d.hour AND c.runs = 0;
    DELETE FROM "RunErrorHour" h USING (SELECT DISTINCT date_trunc('hour', "finishedAt", 'UTC') AS hour FROM changed) d
    WHERE h.hour = d.hour AND h.runs = 0;
  END IF;
  RETURN NULL;
END
$$;

CREATE FUNCTION job_manager_empty_error_hours() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM "RunErrorHour";
  RETURN NULL;
END
$$;

CREATE TRIGGER "RunErrorCount_emptied" AFTER TRUNCATE ON "RunErrorCount" FOR EACH STATEMENT EXECUTE FUNCTION job_manager_empty_error_hours();
