-- How many more runs a channel with limits may start, for a claim that starts them. Locks the channel until the claim
-- is committed, and then reads with a new snapshot: a plain subquery would still see what was running before it waited
-- for the lock, and runners that claim at once would exceed the limits together.
CREATE OR REPLACE FUNCTION job_manager_channel_slots(lane text, most integer) RETURNS integer LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  settings "Channel";
BEGIN
  SELECT * INTO settings FROM "Channel" WHERE name = lane FOR UPDATE;
  IF NOT FOUND THEN RETURN most; END IF;
  IF settings."pausedAt" IS NOT NULL AND coalesce(settings."resumeAt" > clock_timestamp(), true) THEN RETURN 0; END IF;
  DELETE FROM "ChannelStart" WHERE channel = lane AND at <= clock_timestamp() - settings."ratePeriodMs" * interval '1 ms';
  RETURN job_manager_channel_room(settings, most);
END
$$;
