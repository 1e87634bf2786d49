-- Whether a run is still in a state, by the rows committed now, not by the snapshot of the calling statement.
CREATE OR REPLACE FUNCTION job_manager_is_still(state "JobRunStatus", run bigint) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  RETURN EXISTS (SELECT FROM "JobRun" WHERE id = run AND status = state AND "finishedAt" IS NULL);
END
$$;
