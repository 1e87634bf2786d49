-- Whatever takes somebody's access away, the panel's code or a hand on the database, open sockets hear of it at once.
CREATE OR REPLACE FUNCTION notify_user_access_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('job_manager_access', OLD.id::text);
  RETURN NULL;
END
$$;
