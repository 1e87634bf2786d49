-- Keys follow the row of their run, whatever statement wrote it: keys that the run holds are taken, and a key of
-- another run is a violation, as with a unique index.
CREATE OR REPLACE FUNCTION job_manager_keep_keys() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  wanted "JobRunKey"[] := '{}';
  taken "JobRunKey";
BEGIN
  IF NEW."idempotencyKey" IS NOT NULL THEN wanted := wanted || ROW('IDEMPOTENCY', '', NEW."idempotencyKey", NEW.id, NULL)::"JobRunKey"; END IF;
  IF NEW."scheduleId" IS NOT NULL THEN wanted := wanted || ROW('DUE', '', job_manager_due_key(NEW."scheduleId", NEW."dueAt"), NEW.id, NULL)::"JobRunKey"; END IF;
  IF (CASE NEW."uniqueScope" WHEN 'QUEUED' THEN NEW.status = 'QUEUED' AND NEW."claimNo" = 0 WHEN 'RUNNING' THEN NEW.status IN ('QUEUED', 'RUNNING')
    WHEN 'PERIOD' THEN NEW."uniqueUntil" > clock_timestamp() ELSE false END)
  THEN wanted := wanted || ROW(NEW."uniqueScope"::text, NEW."jobName", NEW."uniqueKey", NEW.id, NEW."uniqueUntil")::"JobRunKey"; END IF;
  -- The statements that queue runs have taken the keys before.
  IF TG_OP = 'INSERT' AND cardinality(wanted) = (SELECT count(*) FROM "JobRunKey" WHERE "runId" = NEW.id) THEN RETURN NULL; END IF;
  DELETE FROM "JobRunKey" k
  WHERE k."runId" = NEW.id AND NOT EXISTS (SELECT FROM unnest(wanted) w WHERE (w.scope, w."jobName", w.key) = (k.scope, k."jobName", k.key));
  INSERT INTO "JobRunKey" AS held SELECT * FROM unnest(wanted)
  ON CONFLICT (scope, "jobName", key) DO UPDATE SET "runId" = excluded."runId", until = excluded.until
    WHERE held.until <= clock_timestamp() OR (held."runId" = excluded."runId" AND held.until <> excluded.until);
  SELECT k.* INTO taken FROM "JobRunKey" k JOIN unnest(wanted) w USING (scope, "jobName", key) WHERE k."runId" <> NEW.id LIMIT 1;
  IF FOUND THEN
    RAISE unique_violation USING MESSAGE = format('Run #%s has the key "%s"', taken."runId", taken.key), TABLE = 'JobRunKey', CONSTRAINT = 'JobRunKey_pkey';
  END IF;
  RETURN NULL;
END
$$;
