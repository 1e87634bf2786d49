-- Counters of days and what follows from them go with those of hours.
CREATE OR REPLACE FUNCTION job_manager_empty_days() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM "JobRunDayCount";
  DELETE FROM "JobRunDayTotal";
  RETURN NULL;
END
$$;
