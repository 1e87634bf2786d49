-- How many more runs a channel with limits may start, at most `most`, by the rows committed now.
CREATE OR REPLACE FUNCTION job_manager_channel_room(settings "Channel", most integer) RETURNS integer LANGUAGE sql STABLE AS $$
  SELECT greatest(0, least(most,
    CASE WHEN settings.concurrency IS NOT NULL THEN
      settings.concurrency - (SELECT count(*) FROM "JobRun" WHERE status = 'RUNNING' AND "finishedAt" IS NULL AND channel = settings.name)
    END,
    CASE WHEN settings."rateLimit" IS NOT NULL THEN
      settings."rateLimit" - (SELECT coalesce(sum(runs), 0) FROM "ChannelStart"
        WHERE channel = settings.name AND at > clock_timestamp() - settings."ratePeriodMs" * interval '1 ms')
    END))::integer
$$;
