-- Finished runs per day, job and status: what the hourly counters of a day add up to. A history of 90 days has a hundred
-- thousand of those, and every page of it asks for their sum.

-- CreateTable
CREATE TABLE "JobRunDayCount" (
    "day" TIMESTAMPTZ(0) NOT NULL,
    "jobName" VARCHAR(100) NOT NULL,
    "status" "JobRunStatus" NOT NULL,
    "runs" BIGINT NOT NULL,

    CONSTRAINT "JobRunDayCount_pkey" PRIMARY KEY ("day","jobName","status")
);

-- Those of today are rewritten as often as runs end.
ALTER TABLE "JobRunDayCount" SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

INSERT INTO "JobRunDayCount" (day, "jobName", status, runs)
SELECT date_trunc('day', hour, 'UTC'), "jobName", status, sum(runs) FROM "JobRunCount" GROUP BY 1, 2, 3;

-- Row by row: a statement that ends runs touches one or two of these rows, and a transition table for them would cost
-- more than all else here. They come in the order of hours, jobs and states, so days are locked in one order by all.
CREATE FUNCTION job_manager_count_day() RETURNS trigger LANGUAGE plpgsql AS $$
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
  END IF;
  RETURN NULL;
END
$$;

CREATE TRIGGER "JobRunCount_of_day" AFTER INSERT OR UPDATE OF runs OR DELETE ON "JobRunCount" FOR EACH ROW
  EXECUTE FUNCTION job_manager_count_day();

CREATE FUNCTION job_manager_empty_days() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM "JobRunDayCount";
  RETURN NULL;
END
$$;

CREATE TRIGGER "JobRunCount_emptied" AFTER TRUNCATE ON "JobRunCount" FOR EACH STATEMENT EXECUTE FUNCTION job_manager_empty_days();
