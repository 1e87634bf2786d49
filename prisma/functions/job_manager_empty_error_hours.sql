-- The hours go with the counters that they sum up.
CREATE OR REPLACE FUNCTION job_manager_empty_error_hours() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM "RunErrorHour";
  RETURN NULL;
END
$$;
