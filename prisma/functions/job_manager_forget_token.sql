-- In place of a foreign key, like job_manager_forget_user.
CREATE OR REPLACE FUNCTION job_manager_forget_token() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE "JobRun" SET "triggeredByTokenId" = NULL WHERE "triggeredByTokenId" = OLD.id;
  RETURN OLD;
END
$$;
