-- Unblocked runs go to the end of their line, unless they are due later.
CREATE OR REPLACE FUNCTION job_manager_wake(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE "JobRun" SET "isBlocked" = false, "runAt" = greatest("runAt", date_trunc('milliseconds', clock_timestamp())), rev = rev + 1
  WHERE id = ANY(ids) AND "isBlocked" AND "finishedAt" IS NULL;
  -- Delivered at commit; without it runners find the runs at their next poll.
  IF FOUND THEN PERFORM pg_notify('job_manager_queued', ''), pg_notify('job_manager_changed', ''); END IF;
END
$$;
