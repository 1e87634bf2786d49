-- Counters follow the rows in the statement that writes or removes them. In one order, the hours after the causes, so that
-- two such statements never wait for each other in a circle.
CREATE OR REPLACE FUNCTION job_manager_count_errors() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  sign integer := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
BEGIN
  INSERT INTO "RunErrorCount" AS c (fingerprint, hour, "jobName", runs)
  SELECT fingerprint, date_trunc('hour', "finishedAt", 'UTC'), "jobName", sign * count(*) FROM changed GROUP BY 1, 2, 3 ORDER BY 1, 2
  ON CONFLICT (fingerprint, hour) DO UPDATE SET runs = c.runs + EXCLUDED.runs;
  INSERT INTO "RunErrorHour" AS h (hour, runs)
  SELECT date_trunc('hour', "finishedAt", 'UTC'), sign * count(*) FROM changed GROUP BY 1 ORDER BY 1
  ON CONFLICT (hour) DO UPDATE SET runs = h.runs + EXCLUDED.runs;
  IF TG_OP = 'DELETE' THEN
    DELETE FROM "RunErrorCount" c USING (SELECT DISTINCT fingerprint, date_trunc('hour', "finishedAt", 'UTC') AS hour FROM changed) d
    WHERE c.fingerprint = d.fingerprint AND c.hour = d.hour AND c.runs = 0;
    DELETE FROM "RunErrorHour" h USING (SELECT DISTINCT date_trunc('hour', "finishedAt", 'UTC') AS hour FROM changed) d
    WHERE h.hour = d.hour AND h.runs = 0;
  END IF;
  RETURN NULL;
END
$$;
