-- Counters of days follow from those of hours, by the trigger on those. What is inserted here by hand is what a restore of
-- data alone brings: counted already, or about to be.
CREATE FUNCTION job_manager_ignore_days() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RETURN NULL;
END
$$;

CREATE TRIGGER "JobRunDayCount_is_derived" BEFORE INSERT ON "JobRunDayCount" FOR EACH ROW WHEN (pg_trigger_depth() = 0)
  EXECUTE FUNCTION job_manager_ignore_days();
