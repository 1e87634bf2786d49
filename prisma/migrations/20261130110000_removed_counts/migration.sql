-- How many runs ended per hour and day, once their rows are gone: what a counter loses, these gain. So charts of the past
-- stay as they were, and every statement that removes runs, of whatever version, stays as it is.

-- CreateTable
CREATE TABLE "JobRunRemoved" (
    "hour" TIMESTAMPTZ(0) NOT NULL,
    "jobName" VARCHAR(100) NOT NULL,
    "status" "JobRunStatus" NOT NULL,
    "runs" BIGINT NOT NULL,

    CONSTRAINT "JobRunRemoved_pkey" PRIMARY KEY ("hour","jobName","status")
);

-- CreateTable
CREATE TABLE "JobRunDayRemoved" (
    "day" TIMESTAMPTZ(0) NOT NULL,
    "jobName" VARCHAR(100) NOT NULL,
    "status" "JobRunStatus" NOT NULL,
    "runs" BIGINT NOT NULL,

    CONSTRAINT "JobRunDayRemoved_pkey" PRIMARY KEY ("day","jobName","status")
);

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
  END IF;
  RETURN NULL;
END
$$;
