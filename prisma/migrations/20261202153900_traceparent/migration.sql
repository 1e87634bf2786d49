-- The W3C trace context that a run was queued in. Most runs have none, so their rows do not grow.

-- AlterTable
ALTER TABLE "JobRun" ADD COLUMN     "traceparent" VARCHAR(55);
