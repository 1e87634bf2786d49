-- An outcome, once recorded, never changes.
CREATE OR REPLACE FUNCTION "JobRun_refuse_new_outcome"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'Run % has ended as %; it cannot become %', OLD.id, OLD.status, NEW.status USING ERRCODE = 'integrity_constraint_violation';
END
$$;
