-- Histograms of hours and of days in one table with the step in its key.

-- AlterTable
ALTER TABLE "JobRunHistogram"
  ADD COLUMN "step" "FigureStep" NOT NULL DEFAULT 'HOUR',
  DROP CONSTRAINT "JobRunHistogram_pkey";

-- DropIndex
DROP INDEX "JobRunHistogram_by_job";

INSERT INTO "JobRunHistogram" (step, at, "jobName", measure, runs, total, max, buckets)
SELECT 'DAY', at, "jobName", measure, runs, total, max, buckets FROM "JobRunDayHistogram";

-- AlterTable
ALTER TABLE "JobRunHistogram" ADD CONSTRAINT "JobRunHistogram_pkey" PRIMARY KEY ("step", "at", "jobName", "measure");

-- CreateIndex
CREATE INDEX "JobRunHistogram_by_job" ON "JobRunHistogram"("step", "jobName", "measure", "at");

-- DropTable
DROP TABLE "JobRunDayHistogram";
