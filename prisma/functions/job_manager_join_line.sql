-- The end of the line of a key, for a run that is about to join it: the last queued or running run, whether it has
-- never begun, and until when the key is taken for a time. Null for no such run. The lock is kept until the new run is
-- committed, so two never join behind the same run; under it the function reads with a new snapshot, as a plain
-- subquery would not. It also marks the last run as one with dependents, which waits for an end of it that is being
-- written.
CREATE OR REPLACE FUNCTION job_manager_join_line(job text, key text, OUT last bigint, OUT "isUntouched" boolean, OUT "freeAt" timestamptz)
LANGUAGE plpgsql VOLATILE STRICT AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(job || '/' || key, 0));
  LOOP
    SELECT id INTO last FROM "JobRun"
    WHERE "jobName" = job AND "uniqueKey" = job_manager_join_line.key AND "finishedAt" IS NULL
    ORDER BY id DESC LIMIT 1;
    EXIT WHEN last IS NULL OR (SELECT "finishedAt" IS NULL FROM job_manager_lock_runs(ARRAY[last]));
  END LOOP;
  UPDATE "JobRun" SET "hasDependents" = true, rev = rev + 1 WHERE id = last AND "finishedAt" IS NULL
  RETURNING status = 'QUEUED' AND "claimNo" = 0 INTO "isUntouched";
  SELECT until INTO "freeAt" FROM "JobRunKey" k
  WHERE k.scope = 'PERIOD' AND k."jobName" = job AND k.key = job_manager_join_line.key AND k.until > clock_timestamp();
END
$$;
