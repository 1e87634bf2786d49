-- Unblocks the runs whose last predecessor has ended, and cancels those that waited for the success of one that failed.
-- Returns what it cancelled. Each run is locked before its other predecessors are read, with a new snapshot: of two
-- that end at once, the second to get the lock sees that both have ended. The query does not filter waiting runs by
-- state: the planner would choose the index of the next claims while blocked runs are rare, and read all of them for
-- each ended run when they are not. For the same reason plans are not kept: those of an empty table would stay for as
-- long as the connection.
CREATE OR REPLACE FUNCTION job_manager_settle_dependents(waited_for bigint[]) RETURNS bigint[] LANGUAGE plpgsql SET plan_cache_mode = 'force_custom_plan' AS $$
DECLARE
  in_vain bigint[];
  ready bigint[];
BEGIN
  IF waited_for IS NULL THEN RETURN '{}'; END IF;
  PERFORM 1 FROM "JobRun" WHERE "isBlocked" AND "dependsOn" && waited_for AND "finishedAt" IS NULL ORDER BY id FOR UPDATE;
  IF NOT FOUND THEN RETURN '{}'; END IF;
  PERFORM job_manager_move_up(d.id, p.id) FROM "JobRun" p JOIN "JobRun" d
    ON d."isBlocked" AND d."finishedAt" IS NULL AND d."dependsOn" @> ARRAY[p.id] AND d."uniqueScope" = 'BEHIND' AND (d."jobName", d."uniqueKey") = (p."jobName", p."uniqueKey")
  WHERE p.id = ANY(waited_for) AND p."uniqueScope" = 'BEHIND' AND p.status = 'CANCELLED' AND p."claimNo" = 0;
  SELECT coalesce(array_agg(id) FILTER (WHERE "isInVain"), '{}'), coalesce(array_agg(id) FILTER (WHERE NOT "isInVain" AND NOT "isEarly"), '{}')
  INTO in_vain, ready
  FROM "JobRun" d CROSS JOIN LATERAL (
    SELECT coalesce(bool_or(p.status IN ('FAILED', 'CANCELLED')), false) AND d."waitsFor" = 'SUCCEEDED' AS "isInVain",
      coalesce(bool_or(p.status IN ('QUEUED', 'RUNNING')), false) AS "isEarly"
    FROM "JobRun" p WHERE p.id = ANY(d."dependsOn")
  ) predecessors
  WHERE d."isBlocked" AND d."dependsOn" && waited_for AND d."finishedAt" IS NULL;
  PERFORM job_manager_wake(ready);
  RETURN job_manager_cancel_waiting(in_vain, NULL);
END
$$;
