-- Cancels runs whose condition can no longer hold, and those that wait for the success of these, however long the
-- chain. Counted and with the message of cancel.ts. Returns what it cancelled: the caller settles runs that began to
-- wait for these meanwhile.
CREATE OR REPLACE FUNCTION job_manager_cancel_waiting(first_ones bigint[], why text) RETURNS bigint[] LANGUAGE plpgsql SET plan_cache_mode = 'force_custom_plan' AS $$
DECLARE
  doomed bigint[];
  cancelled bigint[];
BEGIN
  IF cardinality(first_ones) = 0 THEN RETURN '{}'; END IF;
  doomed := ARRAY(
    WITH RECURSIVE waiting(id) AS (
      SELECT unnest(first_ones)
      UNION
      -- OFFSET 0: one read of the index for each, never a join of all with all.
      SELECT next.id FROM waiting CROSS JOIN LATERAL (
        SELECT id FROM "JobRun" WHERE "isBlocked" AND "finishedAt" IS NULL AND "waitsFor" = 'SUCCEEDED' AND "dependsOn" @> ARRAY[waiting.id] OFFSET 0
      ) next
    )
    SELECT id FROM waiting
  );
  WITH moment AS MATERIALIZED (SELECT clock_timestamp() AS at
  ), locked AS MATERIALIZED (
    SELECT id FROM "JobRun" WHERE id = ANY(doomed) AND "isBlocked" AND "finishedAt" IS NULL ORDER BY id FOR UPDATE
  ), stopped AS (
    UPDATE "JobRun" j
    SET status = 'CANCELLED', "finishedAt" = moment.at, "isBlocked" = false, rev = j.rev + 1, "messageCount" = j."messageCount" + 1,
        "warningCount" = j."warningCount" + 1,
        error = coalesce(CASE WHEN j.id = ANY(first_ones) THEN why END, (
          SELECT 'Run #' || p.id || ', which it waits for, ended as ' || CASE p.status WHEN 'QUEUED' THEN 'CANCELLED' ELSE p.status END
          FROM "JobRun" p WHERE p.id = ANY(j."dependsOn") AND (p.status IN ('FAILED', 'CANCELLED') OR p.id IN (SELECT id FROM locked))
          ORDER BY p.status = 'QUEUED', p.id LIMIT 1
        ))
    FROM locked, moment WHERE j.id = locked.id AND j."finishedAt" IS NULL
    RETURNING j.*
  ), counted AS (
    INSERT INTO "JobRunCount" (hour, "jobName", status, runs, "totalDurationMs")
    SELECT date_trunc('hour', "finishedAt", 'UTC'), "jobName", status, count(*), 0 FROM stopped GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (hour, "jobName", status) DO UPDATE SET runs = "JobRunCount".runs + EXCLUDED.runs
  ), noted AS (
    INSERT INTO "JobRunMessage" ("runId", seq, attempt, level, source, message)
    SELECT id, "messageCount", attempt, 'WARN', 'SYSTEM', left('Cancelled: ' || error, 500) FROM stopped
  )
  SELECT coalesce(array_agg(id), '{}') INTO cancelled FROM stopped;
  PERFORM pg_notify('job_manager_changed', '') WHERE cardinality(cancelled) > 0;
  RETURN cancelled;
END
$$;
