-- Makes the partitions that are missing, from the last one to so many months after this one, and drops those that
-- retention has emptied; how many of each. As the owner: the role of server and workers may make no tables. The lock
-- timeout is short, because all enqueues wait meanwhile.
CREATE OR REPLACE FUNCTION job_manager_keep_months(ahead integer, OUT made integer, OUT dropped integer) LANGUAGE plpgsql SECURITY DEFINER
SET lock_timeout = '500ms' AS $$
DECLARE
  month text;
  first timestamptz;
  "isEmpty" boolean;
BEGIN
  made := 0;
  dropped := 0;
  PERFORM pg_advisory_xact_lock(hashtext('job_manager_keep_months'));
  FOR month IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = '"JobRun"'::regclass AND c.relname ~ '^JobRun_\d{4}_\d{2}$' ORDER BY c.relname
  LOOP
    first := to_timestamp(right(month, 7) || '_15', 'YYYY_MM_DD');
    CONTINUE WHEN first >= job_manager_month(clock_timestamp(), -1);
    EXECUTE format('SELECT NOT EXISTS (SELECT FROM %I)', month) INTO "isEmpty";
    CONTINUE WHEN NOT "isEmpty";
    EXECUTE format('DROP TABLE %I', month);
    dropped := dropped + 1;
  END LOOP;
  first := job_manager_month(first, 1);
  WHILE first <= job_manager_month(clock_timestamp(), least(ahead, 12)) LOOP
    PERFORM job_manager_make_month(first, job_manager_month(first, 1));
    first := job_manager_month(first, 1);
    made := made + 1;
  END LOOP;
END
$$;
