-- The caller's own id of the story a run belongs to. Most runs have none, so neither their rows nor the index grow.

-- AlterTable
ALTER TABLE "JobRun" ADD COLUMN     "correlationId" VARCHAR(100);

-- CreateIndex
CREATE INDEX "JobRun_correlation" ON "JobRun"("correlationId", "id" DESC) WHERE "correlationId" IS NOT NULL;
