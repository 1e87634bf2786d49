-- The time as which a start is kept: rounded up to a thousandth of the period, so that a channel never has more than
-- some thousand rows to add up, and every start counts for the whole period at least.
CREATE OR REPLACE FUNCTION job_manager_start_at(start timestamptz, period_ms integer) RETURNS timestamptz LANGUAGE sql STABLE AS $$
  SELECT to_timestamp(0) + ceil(extract(epoch FROM start) * 1000000 / period_ms) * period_ms * interval '1 microsecond'
$$;
