-- Runs end in the order of time, and so do their entries in indexes that ascend: the last page takes them all, and is full
-- when the next one follows. Months that have hardly any runs yet, as those ahead, get such indexes at once; larger ones keep
-- theirs, which are read in either direction as well.
DO $$
DECLARE
  month regclass;
  former regclass;
BEGIN
  FOR month IN
    SELECT c.oid::regclass FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = '"JobRun"'::regclass AND c.relname ~ '^JobRun_\d{4}_\d{2}$' AND pg_relation_size(c.oid) < 16 * 1024 * 1024
  LOOP
    FOR former IN SELECT indexrelid::regclass FROM pg_index WHERE indrelid = month AND pg_get_indexdef(indexrelid) LIKE '% DESC%'
    LOOP
      EXECUTE format('DROP INDEX %s', former);
    END LOOP;
    EXECUTE format('CREATE INDEX ON %s ("finishedAt", id)', month);
    EXECUTE format('CREATE INDEX ON %s ("jobName", "finishedAt", id)', month);
    EXECUTE format('CREATE INDEX ON %s (status, "finishedAt", id) WHERE status IN (''FAILED'', ''CANCELLED'')', month);
    EXECUTE format('CREATE INDEX ON %s ("correlationId", id) WHERE "correlationId" IS NOT NULL', month);
  END LOOP;
END
$$;
