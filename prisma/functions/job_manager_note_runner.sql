-- Writes the event of a runner with each change of its state, whatever statement makes it.
CREATE OR REPLACE FUNCTION job_manager_note_runner() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  event text;
  level text := 'info';
  said text;
BEGIN
  IF TG_OP = 'INSERT' THEN
    event := 'started';
    said := 'Started with ' || NEW.concurrency || ' slots, version ' || NEW.version;
    IF NOT EXISTS (SELECT FROM "Runner" WHERE version = NEW.version AND id <> NEW.id) THEN
      event := 'version-new';
      said := said || ', the first of this version';
    END IF;
  ELSIF NEW.status = 'LOST' THEN
    event := 'lost';
    level := 'error';
    said := 'Lost: its process died, or it cannot reach the database';
  ELSIF OLD.status = 'LOST' AND NEW.status <> 'STOPPED' THEN
    event := 'back';
    level := 'warning';
    said := 'Reports again after it was lost';
  ELSIF NEW.status = 'DRAINING' THEN
    event := 'draining';
    said := 'Claims nothing more';
  ELSIF NEW.status = 'STOPPED' THEN
    event := 'stopped';
    said := 'Stopped';
  ELSE
    event := 'resumed';
    said := 'Claims runs again';
  END IF;
  INSERT INTO "RunnerEvent" ("runnerId", "runnerName", kind, severity, message)
  VALUES (NEW.id, NEW.host || ':' || NEW.pid, event, level, said);
  RETURN NULL;
END
$$;
