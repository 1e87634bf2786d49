-- Locks those of these runs that have not ended, in the order of their ids, and returns all of them as they are then.
-- The row of a run that ends while this function waits for its lock moves to another partition, which PostgreSQL
-- reports as an error: then all are read anew. So it never aborts the transaction of a caller, except by the isolation
-- level of that.
CREATE OR REPLACE FUNCTION job_manager_lock_runs(ids bigint[]) RETURNS SETOF "JobRun" LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  IF cardinality(ids) = 0 THEN RETURN; END IF;
  LOOP
    BEGIN
      PERFORM 1 FROM "JobRun" WHERE id = ANY(ids) AND "finishedAt" IS NULL ORDER BY id FOR NO KEY UPDATE;
      EXIT;
    EXCEPTION WHEN serialization_failure THEN
      IF current_setting('transaction_isolation') <> 'read committed' THEN RAISE; END IF;
    END;
  END LOOP;
  RETURN QUERY SELECT * FROM "JobRun" WHERE id = ANY(ids) ORDER BY id;
END
$$;
