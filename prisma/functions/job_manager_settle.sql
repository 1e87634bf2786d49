-- Frees the keys of runs that have left the state in which they hold them, in the transaction of the change, whichever
-- statement made it; and settles the runs and batches that wait for ended runs.
CREATE OR REPLACE FUNCTION job_manager_settle() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  freed bigint[];
  ended bigint[];
  waited_for bigint[];
  cancelled bigint[];
BEGIN
  SELECT array_agg(id) FILTER (WHERE ("uniqueScope" = 'RUNNING' AND "finishedAt" IS NOT NULL) OR ("uniqueScope" = 'QUEUED' AND ("claimNo" > 0 OR "finishedAt" IS NOT NULL))),
    array_agg(id) FILTER (WHERE "finishedAt" IS NOT NULL AND ("hasDependents" OR "batchId" IS NOT NULL)),
    array_agg(id) FILTER (WHERE "finishedAt" IS NOT NULL AND "hasDependents")
  INTO freed, ended, waited_for FROM changed
  WHERE "uniqueScope" IN ('QUEUED', 'RUNNING') OR "hasDependents" OR "batchId" IS NOT NULL;
  IF freed IS NOT NULL THEN DELETE FROM "JobRunKey" WHERE "runId" = ANY(freed) AND scope IN ('QUEUED', 'RUNNING'); END IF;
  -- Runs that are cancelled below fire this trigger, too, and the loop that is under way settles them: triggers that
  -- call each other would run out of stack in a long line.
  IF ended IS NULL OR current_setting('job_manager.settling', true) = 'on' THEN RETURN NULL; END IF;
  ended := ARRAY(SELECT unnest(ended) EXCEPT SELECT id FROM former WHERE "finishedAt" IS NOT NULL);
  waited_for := ARRAY(SELECT unnest(waited_for) EXCEPT SELECT id FROM former WHERE "finishedAt" IS NOT NULL);

  PERFORM set_config('job_manager.settling', 'on', true);
  WHILE cardinality(ended) > 0 LOOP
    cancelled := job_manager_settle_dependents(waited_for);
    ended := cancelled || job_manager_settle_batches(ended);
    waited_for := ended;
  END LOOP;
  PERFORM set_config('job_manager.settling', 'off', true);
  RETURN NULL;
END
$$;
