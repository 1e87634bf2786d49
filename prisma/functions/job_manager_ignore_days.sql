-- Counters of days follow from those of hours, by the trigger on those. What is inserted here by hand is what a restore of
-- data alone brings: counted already, or about to be.
CREATE OR REPLACE FUNCTION job_manager_ignore_days() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RETURN NULL;
END
$$;
