-- A schedule may be paused until a time, and a channel has a target: how long a due run should wait at most.

-- AlterTable
ALTER TABLE "Schedule" ADD COLUMN     "resumeAt" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "Channel" ADD COLUMN     "rev" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "targetWaitMs" INTEGER;

-- CreateIndex
CREATE INDEX "Schedule_resume" ON "Schedule"("resumeAt") WHERE ("resumeAt" IS NOT NULL);
