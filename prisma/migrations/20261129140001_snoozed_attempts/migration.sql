-- Attempts that a job ended itself, to be continued later.
ALTER TYPE "JobRunAttemptOutcome" ADD VALUE 'SNOOZED';
