-- Whether one more run of an external program may be active: `most` at once, and `share` of them by one API token. The lock is
-- kept until the new run is committed, so that two never take the last place.
CREATE OR REPLACE FUNCTION job_manager_external_slot(most integer, token uuid DEFAULT NULL, share integer DEFAULT NULL)
RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('job_manager_external_slot'));
  RETURN (
    SELECT count(*) < most AND (token IS NULL OR share IS NULL OR count(*) FILTER (WHERE "triggeredByTokenId" = token) < share)
    FROM "JobRun" WHERE status = 'RUNNING' AND "finishedAt" IS NULL AND "inactivityTimeoutMs" IS NOT NULL
  );
END
$$;
