-- Ends the batches that have no unfinished run any more, and unblocks their callback run; or cancels it where it
-- expects success and a run failed. Returns what it cancelled.
CREATE OR REPLACE FUNCTION job_manager_settle_batches(ended bigint[]) RETURNS bigint[] LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  batch "JobRunBatch";
  unsuccessful bigint;
  cancelled bigint[] := '{}';
BEGIN
  FOR batch IN
    SELECT * FROM "JobRunBatch" WHERE id IN (SELECT "batchId" FROM "JobRun" WHERE id = ANY(ended)) AND "finishedAt" IS NULL
    ORDER BY id FOR UPDATE
  LOOP
    CONTINUE WHEN EXISTS (SELECT 1 FROM "JobRun" WHERE "batchId" = batch.id AND "finishedAt" IS NULL);
    UPDATE "JobRunBatch" SET "finishedAt" = clock_timestamp() WHERE id = batch.id;
    CONTINUE WHEN batch."callbackRunId" IS NULL;
    SELECT count(*) FILTER (WHERE status IN ('FAILED', 'CANCELLED')) INTO unsuccessful FROM "JobRun" WHERE "batchId" = batch.id;
    IF unsuccessful > 0 THEN
      cancelled := cancelled || job_manager_cancel_waiting(ARRAY(
        SELECT id FROM "JobRun" WHERE id = batch."callbackRunId" AND "isBlocked" AND "finishedAt" IS NULL AND "waitsFor" = 'SUCCEEDED'
      ), 'Of batch #' || batch.id || ', which it waits for, ' || unsuccessful || ' of ' || batch.total || ' runs did not succeed');
    END IF;
    PERFORM job_manager_wake(ARRAY[batch."callbackRunId"]);
  END LOOP;
  RETURN cancelled;
END
$$;
