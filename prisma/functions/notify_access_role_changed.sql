-- Notifies servers of a changed or removed role, for their open sockets.
CREATE OR REPLACE FUNCTION notify_access_role_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('job_manager_access', id::text) FROM "User" WHERE "accessRoleId" = NEW.id;
  RETURN NULL;
END
$$;
