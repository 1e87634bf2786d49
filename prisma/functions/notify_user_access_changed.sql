-- Notifies servers at once when a person loses access, by the panel or by a statement by hand, for their open sockets.
CREATE OR REPLACE FUNCTION notify_user_access_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('job_manager_access', OLD.id::text);
  RETURN NULL;
END
$$;
