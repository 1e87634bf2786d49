-- What was asked with an idempotency key, so that the key used for something else is noticed. Null for runs without a
-- key, which is nearly all of them: a null takes no room in a row. A run alone can't tell: its options have been filled
-- in from its job, and change with it.
ALTER TABLE "JobRun" ADD COLUMN "requestHash" VARCHAR(64);
