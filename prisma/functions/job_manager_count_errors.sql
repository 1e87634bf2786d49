-- Counters follow the rows in the statement that writes or removes them. In one order, all causes ('') after each, so
-- that two such statements never deadlock.
CREATE OR REPLACE FUNCTION job_manager_count_errors() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  sign integer := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
BEGIN
  INSERT INTO "RunErrorCount" AS c (fingerprint, hour, "jobName", runs)
  SELECT coalesce(fingerprint, ''), hour, coalesce("jobName", ''), sign * count(*)
  FROM (SELECT fingerprint, date_trunc('hour', "finishedAt", 'UTC') AS hour, "jobName" FROM changed) changed
  GROUP BY GROUPING SETS ((fingerprint, hour, "jobName"), (hour)) ORDER BY fingerprint NULLS LAST, hour
  ON CONFLICT (fingerprint, hour) DO UPDATE SET runs = c.runs + EXCLUDED.runs;
  IF TG_OP = 'DELETE' THEN
    DELETE FROM "RunErrorCount" c USING (SELECT DISTINCT fingerprint, date_trunc('hour', "finishedAt", 'UTC') AS hour FROM changed) d
    WHERE c.fingerprint IN (d.fingerprint, '') AND c.hour = d.hour AND c.runs = 0;
  END IF;
  RETURN NULL;
END
$$;
