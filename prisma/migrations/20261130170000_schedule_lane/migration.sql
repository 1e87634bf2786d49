-- The channel and the priority of a schedule's runs; null for as its job has it.

-- AlterTable
ALTER TABLE "Schedule" ADD COLUMN     "channel" VARCHAR(100),
ADD COLUMN     "priority" SMALLINT;
