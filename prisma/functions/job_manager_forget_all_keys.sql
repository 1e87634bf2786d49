-- Removes all keys with all runs.
CREATE OR REPLACE FUNCTION job_manager_forget_all_keys() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM "JobRunKey";
  RETURN NULL;
END
$$;
