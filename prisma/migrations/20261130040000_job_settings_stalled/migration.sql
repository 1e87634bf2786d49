-- More of what operators set of a job: when its runs count as stalled, what becomes of them then, when a run that ignores
-- its cancel is failed, and how long finished runs are kept. Sweep and pruner read them; no claim does.

-- AlterTable
ALTER TABLE "JobSettings" ADD COLUMN "stalledAfterMs" BIGINT,
ADD COLUMN "onStalled" VARCHAR(10),
ADD COLUMN "autoForceFailAfterMs" BIGINT,
ADD COLUMN "keepDays" INTEGER;
