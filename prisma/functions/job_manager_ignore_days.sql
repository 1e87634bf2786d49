-- Counters of days follow from those of hours, by the trigger on those. A restore of data alone inserts rows here
-- directly, which are counted already, or will be.
CREATE OR REPLACE FUNCTION job_manager_ignore_days() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RETURN NULL;
END
$$;
