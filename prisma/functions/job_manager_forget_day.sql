-- For runs that are removed without a trace in the counters.
CREATE OR REPLACE FUNCTION job_manager_forget_day() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM "JobRunDayTotal" WHERE day >= OLD.at;
  RETURN NULL;
END
$$;
