-- A lag of a second and more: a job computes without a pause and blocks everything else in its runner.
CREATE OR REPLACE FUNCTION job_manager_note_blocked_loop() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "RunnerEvent" ("runnerId", "runnerName", kind, severity, message)
  SELECT id, host || ':' || pid, 'loop-blocked', 'warning', 'Its event loop was blocked for ' || round(NEW."loopLagMs"::numeric / 1000, 1) || ' s'
  FROM "Runner" WHERE id = NEW."runnerId";
  RETURN NULL;
END
$$;
