-- Sign-ins and refusals may be removed once they are old: anyone can cause them, and nothing else bounds their number.
-- Every other entry stays for ever, and none can be changed. Nested, because a TRUNCATE has no old row.
CREATE OR REPLACE FUNCTION "AuditEvent_refuse_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.action IN ('access.denied', 'session.begin', 'session.end', 'session.refused')
      AND OLD.at < clock_timestamp() - interval '7 days' THEN
      RETURN OLD;
    END IF;
  END IF;
  RAISE EXCEPTION 'The audit log cannot be changed' USING ERRCODE = 'integrity_constraint_violation';
END
$$;
