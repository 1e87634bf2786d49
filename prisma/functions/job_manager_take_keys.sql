-- Takes the requested keys for a new run, all of them or none; returns whether it has them. Waits for other
-- transactions that are about to take one of them. A key that was taken for a time is free when that is over.
CREATE OR REPLACE FUNCTION job_manager_take_keys(run bigint, job text, idempotency text, wanted text, name text, free_at timestamptz) RETURNS boolean
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  IF idempotency IS NOT NULL THEN
    INSERT INTO "JobRunKey" (scope, "jobName", key, "runId") VALUES ('IDEMPOTENCY', '', idempotency, run) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN RETURN false; END IF;
  END IF;
  IF name IS NOT NULL THEN
    INSERT INTO "JobRunKey" AS held (scope, "jobName", key, "runId", until) VALUES (wanted::"JobRunKeyScope", job, name, run, free_at)
    ON CONFLICT (scope, "jobName", key) DO UPDATE SET "runId" = excluded."runId", until = excluded.until WHERE held.until <= clock_timestamp();
    IF NOT FOUND THEN
      DELETE FROM "JobRunKey" WHERE scope = 'IDEMPOTENCY' AND "jobName" = '' AND key = idempotency;
      RETURN false;
    END IF;
  END IF;
  RETURN true;
END
$$;
