-- Row by row: a statement that ends runs touches one or two of these rows, and a transition table for them would cost
-- more than all else here. They come in the order of hours, jobs and states, so all statements lock days in one order.
-- A run that ends in a past day, as those of an imported history do, removes the totals of that day, which are then
-- written anew.
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
    INSERT INTO "JobRunRemoved" AS r (step, at, "jobName", status, runs)
    VALUES ('HOUR', counted.hour, counted."jobName", counted.status, -change),
      ('DAY', date_trunc('day', counted.hour, 'UTC'), counted."jobName", counted.status, -change)
    ON CONFLICT (step, at, "jobName", status) DO UPDATE SET runs = r.runs - change;
  ELSIF date_trunc('day', counted.hour, 'UTC') < now() - interval '25 hours' THEN
    DELETE FROM "JobRunDayTotal" WHERE day >= date_trunc('day', counted.hour, 'UTC');
  END IF;
  RETURN NULL;
END
$$;
