-- What operators set of a job, beside what its code says; null is as the code says. A paused job is left out of the jobs that
-- claims name, so no claim reads this table.

-- CreateTable
CREATE TABLE "JobSettings" (
    "jobName" VARCHAR(100) NOT NULL,
    "channel" VARCHAR(100),
    "priority" SMALLINT,
    "maxAttempts" INTEGER,
    "retry" JSONB,
    "timeoutMs" BIGINT,
    "slowAfterMs" BIGINT,
    "isCritical" BOOLEAN NOT NULL DEFAULT false,
    "pausedAt" TIMESTAMPTZ(3),
    "pausedBy" VARCHAR(254),
    "pauseReason" VARCHAR(500),
    "resumeAt" TIMESTAMPTZ(3),
    "rev" INTEGER NOT NULL DEFAULT 0,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "JobSettings_pkey" PRIMARY KEY ("jobName")
);
