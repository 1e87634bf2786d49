-- Timeouts of months: an integer ends after 24 days. Rewrites the table of runs once.
ALTER TABLE "JobRun" ALTER COLUMN "timeoutMs" TYPE BIGINT;
ALTER TABLE "Job" ALTER COLUMN "timeoutMs" TYPE BIGINT;
