-- Removed runs of hours and of days in one table with the step in its key.

-- AlterTable
ALTER TABLE "JobRunRemoved" RENAME COLUMN "hour" TO "at";
ALTER TABLE "JobRunRemoved"
  ADD COLUMN "step" "FigureStep" NOT NULL DEFAULT 'HOUR',
  DROP CONSTRAINT "JobRunRemoved_pkey",
  ADD CONSTRAINT "JobRunRemoved_pkey" PRIMARY KEY ("step", "at", "jobName", "status");
ALTER TABLE "JobRunRemoved" ALTER COLUMN "step" DROP DEFAULT;

INSERT INTO "JobRunRemoved" (step, at, "jobName", status, runs) SELECT 'DAY', day, "jobName", status, runs FROM "JobRunDayRemoved";

DROP TRIGGER "JobRunDayRemoved_forgotten" ON "JobRunDayRemoved";
CREATE TRIGGER "JobRunRemoved_forgotten" AFTER UPDATE OF runs ON "JobRunRemoved" FOR EACH ROW WHEN (NEW.step = 'DAY' AND NEW.runs < OLD.runs)
  EXECUTE FUNCTION job_manager_forget_day();

-- DropTable
DROP TABLE "JobRunDayRemoved";
