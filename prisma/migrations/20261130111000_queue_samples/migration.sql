-- How full the queue was each minute, and what ended in it: read by one process for all, beside the statements that work.

-- CreateTable
CREATE TABLE "QueueSample" (
    "at" TIMESTAMPTZ(0) NOT NULL,
    "channel" VARCHAR(100) NOT NULL,
    "queued" INTEGER NOT NULL,
    "due" INTEGER NOT NULL,
    "scheduled" INTEGER NOT NULL,
    "blocked" INTEGER NOT NULL,
    "running" INTEGER NOT NULL,
    "oldestDueAgeMs" BIGINT,
    "createdTotal" BIGINT,

    CONSTRAINT "QueueSample_pkey" PRIMARY KEY ("at","channel")
);

-- CreateTable
CREATE TABLE "QueueSampleHour" (
    "hour" TIMESTAMPTZ(0) NOT NULL,
    "channel" VARCHAR(100) NOT NULL,
    "samples" INTEGER NOT NULL,
    "queued" REAL NOT NULL,
    "queuedMax" INTEGER NOT NULL,
    "due" REAL NOT NULL,
    "dueMax" INTEGER NOT NULL,
    "scheduled" REAL NOT NULL,
    "blocked" REAL NOT NULL,
    "running" REAL NOT NULL,
    "runningMax" INTEGER NOT NULL,
    "oldestDueAgeMs" BIGINT,
    "createdTotal" BIGINT,

    CONSTRAINT "QueueSampleHour_pkey" PRIMARY KEY ("hour","channel")
);

-- CreateTable
CREATE TABLE "JobRunMinute" (
    "minute" TIMESTAMPTZ(0) NOT NULL,
    "jobName" VARCHAR(100) NOT NULL,
    "success" INTEGER NOT NULL,
    "failed" INTEGER NOT NULL,
    "cancelled" INTEGER NOT NULL,

    CONSTRAINT "JobRunMinute_pkey" PRIMARY KEY ("minute","jobName")
);

-- CreateTable
CREATE TABLE "JobRunCountSeen" (
    "day" TIMESTAMPTZ(0) NOT NULL,
    "jobName" VARCHAR(100) NOT NULL,
    "status" "JobRunStatus" NOT NULL,
    "runs" BIGINT NOT NULL,

    CONSTRAINT "JobRunCountSeen_pkey" PRIMARY KEY ("day","jobName","status")
);
