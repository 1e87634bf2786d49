-- In place of foreign keys, which PostgreSQL would check for each queued run and again when its row moves.
CREATE OR REPLACE FUNCTION job_manager_forget_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE "JobRun" SET "triggeredById" = NULL WHERE "triggeredById" = OLD.id;
  UPDATE "JobRun" SET "cancelRequestedById" = NULL WHERE "cancelRequestedById" = OLD.id;
  RETURN OLD;
END
$$;
