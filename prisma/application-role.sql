-- Rights of the role that server and workers use, where another role owns the tables and applies the migrations. Job code has
-- this role's connection: it can add to the audit log, and neither change it nor take its triggers away.
-- The embedded PostgreSQL has the role from its start, and these rights after each migration, by itself.
--
-- Once, as an administrator:   CREATE ROLE job_manager_app LOGIN NOSUPERUSER PASSWORD '...';
-- After every migration, as the owner (PGOPTIONS="-c search_path=..." for tables in another schema):
--   psql "$OWNER_URL" -f prisma/application-role.sql
DO $$
BEGIN
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO job_manager_app', current_schema());
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO job_manager_app', current_schema());
  EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA %I TO job_manager_app', current_schema());
  -- The schema of the sample has no such table.
  IF to_regclass('"AuditEvent"') IS NOT NULL THEN
    REVOKE UPDATE, DELETE ON "AuditEvent" FROM job_manager_app;
  END IF;
END
$$;
REVOKE INSERT, UPDATE, DELETE ON "_prisma_migrations" FROM job_manager_app;
