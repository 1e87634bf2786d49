-- The first of those in the line of a key that is where a run of the wanted scope would hold it; null for none. They keep no other
-- away by an index, but the next is not to overtake them. Looked at with fresh eyes and under the lock of the line, which
-- is kept until the new run is committed: another run could join, and begin, while it waits for something else. `locked`
-- is EXCLUSIVE for one that may join the line itself, SHARED for one that never does, so that such ones wait for
-- none but those who join, and NONE for one of thousands: locks are kept in a table that would be full.
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
