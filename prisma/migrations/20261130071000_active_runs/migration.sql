-- What looks for runs that have not ended says so: then one partition is looked at, instead of all.

-- Locks those of these runs that have not ended, in the order of their ids, and returns all of them as they are then. Of a run
-- that ends while its lock is waited for the row moves to another partition, which PostgreSQL reports as an error: then all
-- are looked at anew. So it never breaks the transaction of a caller, other than by its own isolation.
CREATE FUNCTION job_manager_lock_runs(ids bigint[]) RETURNS SETOF "JobRun" LANGUAGE plpgsql VOLATILE AS $$
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

CREATE OR REPLACE FUNCTION job_manager_channel_room(settings "Channel", most integer) RETURNS integer LANGUAGE sql STABLE AS $$
  SELECT greatest(0, least(most,
    CASE WHEN settings.concurrency IS NOT NULL THEN
      settings.concurrency - (SELECT count(*) FROM "JobRun" WHERE status = 'RUNNING' AND "finishedAt" IS NULL AND channel = settings.name)
    END,
    CASE WHEN settings."rateLimit" IS NOT NULL THEN
      settings."rateLimit" - (SELECT coalesce(sum(runs), 0) FROM "ChannelStart"
        WHERE channel = settings.name AND at > clock_timestamp() - settings."ratePeriodMs" * interval '1 ms')
    END))::integer
$$;

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

CREATE OR REPLACE FUNCTION job_manager_join_line(job text, key text, OUT last bigint, OUT "isUntouched" boolean, OUT "freeAt" timestamptz)
LANGUAGE plpgsql VOLATILE STRICT AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(job || '/' || key, 0));
  LOOP
    SELECT id INTO last FROM "JobRun"
    WHERE "jobName" = job AND "uniqueKey" = job_manager_join_line.key AND "finishedAt" IS NULL
    ORDER BY id DESC LIMIT 1;
    EXIT WHEN last IS NULL OR (SELECT "finishedAt" IS NULL FROM job_manager_lock_runs(ARRAY[last]));
  END LOOP;
  UPDATE "JobRun" SET "hasDependents" = true, rev = rev + 1 WHERE id = last AND "finishedAt" IS NULL
  RETURNING status = 'QUEUED' AND "claimNo" = 0 INTO "isUntouched";
  SELECT until INTO "freeAt" FROM "JobRunKey" k
  WHERE k.scope = 'PERIOD' AND k."jobName" = job AND k.key = job_manager_join_line.key AND k.until > clock_timestamp();
END
$$;

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

CREATE OR REPLACE FUNCTION job_manager_move_up(follower bigint, former bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  ahead bigint;
BEGIN
  -- Written down at once: an end of it that is being written is waited for, and then the next one ahead is looked for.
  UPDATE "JobRun" SET "hasDependents" = true, rev = rev + 1
  WHERE "finishedAt" IS NULL AND id = (
    SELECT o.id FROM "JobRun" o JOIN "JobRun" f ON f.id = former
    WHERE o."jobName" = f."jobName" AND o."uniqueKey" = f."uniqueKey" AND o."finishedAt" IS NULL AND o.id < former
    ORDER BY o.id DESC LIMIT 1 FOR NO KEY UPDATE OF o
  )
  RETURNING id INTO ahead;
  UPDATE "JobRun" SET "dependsOn" = array_replace("dependsOn", former, ahead), rev = rev + 1 WHERE id = follower AND "finishedAt" IS NULL AND ahead IS NOT NULL;
END
$$;

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

CREATE OR REPLACE FUNCTION job_manager_wake(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE "JobRun" SET "isBlocked" = false, "runAt" = greatest("runAt", date_trunc('milliseconds', clock_timestamp())), rev = rev + 1
  WHERE id = ANY(ids) AND "isBlocked" AND "finishedAt" IS NULL;
  -- Delivered at commit; runners would find the runs at their next look in any case.
  IF FOUND THEN PERFORM pg_notify('job_manager_queued', ''), pg_notify('job_manager_changed', ''); END IF;
END
$$;

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
      -- OFFSET 0: one look into the index for each, never all of these for all of those.
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
