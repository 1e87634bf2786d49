-- Whatever takes a person's access away, the panel or a statement by hand, open sockets are notified at once.
CREATE OR REPLACE FUNCTION notify_user_access_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('job_manager_access', OLD.id::text);
  RETURN NULL;
END
$$;
