-- One API token has a share of the places for external runs, so that it can't keep all others out. Processes of the version
-- before go on calling it with the first argument alone.
DROP FUNCTION job_manager_external_slot(integer);
CREATE FUNCTION job_manager_external_slot(most integer, token uuid DEFAULT NULL, share integer DEFAULT NULL)
RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('job_manager_external_slot'));
  RETURN (
    SELECT count(*) < most AND (token IS NULL OR share IS NULL OR count(*) FILTER (WHERE "triggeredByTokenId" = token) < share)
    FROM "JobRun" WHERE status = 'RUNNING' AND "inactivityTimeoutMs" IS NOT NULL
  );
END
$$;
