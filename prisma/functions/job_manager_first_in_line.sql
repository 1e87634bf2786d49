-- The first run in the line of a key that has the state in which a run of this scope holds the key; null for none. The
-- unique index does not exclude others for these runs, but a new run must not overtake them. Read with a new snapshot
-- and under the lock of the line, which is kept until the new run is committed: another run could join, and begin,
-- while it waits for something else. `locked` is EXCLUSIVE for a run that may join the line itself, SHARED for one that
-- never does, so that it waits only for runs that join, and NONE for one of thousands: the lock table has a limit.
CREATE OR REPLACE FUNCTION job_manager_first_in_line(job text, key text, wanted text, locked text) RETURNS bigint LANGUAGE plpgsql VOLATILE STRICT AS $$
DECLARE
  line bigint := hashtextextended(job || '/' || key, 0);
BEGIN
  IF locked = 'EXCLUSIVE' THEN PERFORM pg_advisory_xact_lock(line);
  ELSIF locked = 'SHARED' THEN PERFORM pg_advisory_xact_lock_shared(line);
  END IF;
  RETURN (
    SELECT id FROM "JobRun" WHERE "jobName" = job AND "uniqueKey" = key AND "uniqueScope" = 'BEHIND' AND "finishedAt" IS NULL
      AND CASE wanted WHEN 'QUEUED' THEN status = 'QUEUED' AND "claimNo" = 0 ELSE wanted = 'RUNNING' END
    ORDER BY id LIMIT 1
  );
END
$$;
