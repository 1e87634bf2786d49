-- Open sockets hear of a role that was changed or removed.
CREATE OR REPLACE FUNCTION notify_access_role_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('job_manager_access', id::text) FROM "User" WHERE "accessRoleId" = NEW.id;
  RETURN NULL;
END
$$;
