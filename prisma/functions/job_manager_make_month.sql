-- Makes the partition of a month, or of the rest of it, with the rows that ended in it and lie in the default
-- partition. Rows of months never change, and so need no vacuum: it would only report free space on old pages, and new
-- runs would be scattered over the table.
CREATE OR REPLACE FUNCTION job_manager_make_month(first timestamptz, next timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  name text := 'JobRun_' || to_char(first AT TIME ZONE 'UTC', 'YYYY_MM');
BEGIN
  EXECUTE format('CREATE TABLE %I (LIKE "JobRun" INCLUDING DEFAULTS, PRIMARY KEY (id),
    CONSTRAINT "JobRun_is_ended" CHECK (status IN (''SUCCESS'', ''FAILED'', ''CANCELLED'')),
    CONSTRAINT "JobRun_month" CHECK ("finishedAt" IS NOT NULL AND "finishedAt" >= %L AND "finishedAt" < %L)
  ) WITH (autovacuum_vacuum_insert_threshold = -1)', name, first, next);
  EXECUTE format('WITH moved AS (DELETE FROM "JobRun_active" WHERE "finishedAt" >= %L AND "finishedAt" < %L RETURNING *)
    INSERT INTO %I SELECT * FROM moved', first, next, name);
  -- One for each order that history offers, read backwards: runs end in the order of time, and the last entry of an
  -- index finds its page at once and leaves full pages. And the indexes that find single runs.
  EXECUTE format('CREATE INDEX ON %I ("finishedAt", id)', name);
  EXECUTE format('CREATE INDEX ON %I ("jobName", "finishedAt", id)', name);
  EXECUTE format('CREATE INDEX ON %I (status, "finishedAt", id) WHERE status IN (''FAILED'', ''CANCELLED'')', name);
  EXECUTE format('CREATE INDEX ON %I ("batchId", status) WHERE "batchId" IS NOT NULL', name);
  EXECUTE format('CREATE INDEX ON %I ("correlationId", id) WHERE "correlationId" IS NOT NULL', name);
  EXECUTE format('CREATE INDEX ON %I ("scheduleId", "dueAt") WHERE "scheduleId" IS NOT NULL', name);
  EXECUTE format('CREATE TRIGGER "JobRun_outcome_is_final" BEFORE UPDATE OF status ON %I FOR EACH ROW
    WHEN (NEW.status IS DISTINCT FROM OLD.status) EXECUTE FUNCTION "JobRun_refuse_new_outcome"()', name);
  EXECUTE format('ALTER TABLE "JobRun" ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name, first, next);
END
$$;
