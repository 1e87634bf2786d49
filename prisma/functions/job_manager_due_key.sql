-- The name of the due time of a schedule among the keys.
CREATE OR REPLACE FUNCTION job_manager_due_key(schedule uuid, at timestamptz) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT schedule || '/' || (extract(epoch FROM at) * 1000)::bigint
$$;
