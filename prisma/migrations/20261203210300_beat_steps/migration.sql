-- Heartbeats of runners, and their means of ten minutes, in one table with the step in its key.

-- AlterTable
ALTER TABLE "RunnerBeat"
  ADD COLUMN "step" "FigureStep" NOT NULL DEFAULT 'BEAT',
  ADD COLUMN "beats" INTEGER NOT NULL DEFAULT 1,
  ADD COLUMN "latencyMaxMs" REAL,
  ADD COLUMN "loopLagMaxMs" REAL,
  ALTER COLUMN "activeRuns" TYPE REAL,
  DROP CONSTRAINT "RunnerBeat_pkey",
  ADD CONSTRAINT "RunnerBeat_pkey" PRIMARY KEY ("runnerId", "step", "at");

-- DropIndex
DROP INDEX "RunnerBeat_at_idx";

-- CreateIndex
CREATE INDEX "RunnerBeat_step_at_idx" ON "RunnerBeat"("step", "at");

-- A mean is no event.
DROP TRIGGER "RunnerBeat_blocked" ON "RunnerBeat";
CREATE TRIGGER "RunnerBeat_blocked" AFTER INSERT ON "RunnerBeat" FOR EACH ROW WHEN (NEW.step = 'BEAT' AND NEW."loopLagMs" >= 1000)
  EXECUTE FUNCTION job_manager_note_blocked_loop();

INSERT INTO "RunnerBeat" (step, "runnerId", at, beats, "latencyMs", "latencyMaxMs", "loopLagMs", "loopLagMaxMs", "activeRuns", slots, "endedRuns",
  "cpuPercent", "rssBytes")
SELECT 'TEN_MINUTES', "runnerId", at, beats, "latencyMs", "latencyMaxMs", "loopLagMs", "loopLagMaxMs", "activeRuns", slots, "endedRuns",
  "cpuPercent", "rssBytes"
FROM "RunnerBeatMean";

-- DropTable
DROP TABLE "RunnerBeatMean";
