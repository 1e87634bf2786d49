-- Removes a key with its run, however that is removed.
CREATE OR REPLACE FUNCTION job_manager_forget_keys() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM "JobRunKey" WHERE "runId" IN (SELECT id FROM removed WHERE "uniqueKey" IS NOT NULL OR "idempotencyKey" IS NOT NULL OR "scheduleId" IS NOT NULL);
  RETURN NULL;
END
$$;
