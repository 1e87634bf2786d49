-- The role of server and workers may not delete from the audit log (`prisma/application-role.sql`), and retention is
-- their task. This runs as the owner and removes only what the trigger allows: sign-ins and refusals older than seven
-- days.
CREATE OR REPLACE FUNCTION job_manager_remove_access_entries(kept_days integer, max_rows integer) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER AS $$
DECLARE
  removed integer;
BEGIN
  DELETE FROM "AuditEvent" WHERE id IN (
    SELECT id FROM "AuditEvent"
    WHERE at < (SELECT clock_timestamp() - kept_days * interval '1 day')
      AND action IN ('access.denied', 'session.begin', 'session.end', 'session.refused')
    ORDER BY id LIMIT max_rows);
  GET DIAGNOSTICS removed = ROW_COUNT;
  RETURN removed;
END
$$;
