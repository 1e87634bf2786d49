-- Notifies servers of an ended session, whose open sockets they close.
CREATE OR REPLACE FUNCTION notify_session_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('job_manager_access', OLD."userId"::text);
  RETURN NULL;
END
$$;
