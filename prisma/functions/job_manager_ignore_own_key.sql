-- Where the rows of a backup are restored one table after the other, the runs have their keys already.
CREATE OR REPLACE FUNCTION job_manager_ignore_own_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM "JobRunKey" k WHERE k.scope = NEW.scope AND k."jobName" = NEW."jobName" AND k.key = NEW.key AND k."runId" = NEW."runId")
  THEN RETURN NULL; END IF;
  RETURN NEW;
END
$$;
