-- The start of the month, in UTC, that is so many months after the one of a time.
CREATE OR REPLACE FUNCTION job_manager_month(at timestamptz, later integer) RETURNS timestamptz LANGUAGE sql STABLE AS $$
  SELECT (date_trunc('month', at AT TIME ZONE 'UTC') + later * interval '1 month') AT TIME ZONE 'UTC'
$$;
