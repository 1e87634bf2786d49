-- Which processes have the code of which jobs, and in which versions: while two versions of a job live at once, the older
-- one neither takes away what the newer one has declared nor fails runs that only the newer one understands.

-- CreateTable
CREATE TABLE "JobProcess" (
    "id" UUID NOT NULL,
    "runnerId" UUID,
    "host" VARCHAR(200) NOT NULL,
    "pid" INTEGER NOT NULL,
    "jobNames" TEXT[],
    "versions" TEXT[],
    "startedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "lastSeenAt" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "stoppedAt" TIMESTAMPTZ(3),

    CONSTRAINT "JobProcess_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "JobVersion" (
    "jobName" VARCHAR(100) NOT NULL,
    "version" VARCHAR(16) NOT NULL,
    "declaration" JSONB NOT NULL,
    "firstSeenAt" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "JobVersion_pkey" PRIMARY KEY ("jobName","version")
);

-- CreateIndex
CREATE INDEX "JobProcess_runnerId_idx" ON "JobProcess"("runnerId");

-- AlterTable
ALTER TABLE "JobRunAttempt" ADD COLUMN     "refusedBy" VARCHAR(16);
