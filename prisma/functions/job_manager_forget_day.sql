-- Runs that are removed as if there had never been any.
CREATE OR REPLACE FUNCTION job_manager_forget_day() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM "JobRunDayTotal" WHERE day >= OLD.at;
  RETURN NULL;
END
$$;
