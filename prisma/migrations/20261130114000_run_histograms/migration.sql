-- How long runs of a job took and waited, and what they used: gathered in the memory of each runner, added here every few seconds.

-- CreateTable
CREATE TABLE "JobRunHistogram" (
    "at" TIMESTAMPTZ(0) NOT NULL,
    "jobName" VARCHAR(100) NOT NULL,
    "measure" VARCHAR(20) NOT NULL,
    "runs" BIGINT NOT NULL,
    "total" BIGINT NOT NULL,
    "max" BIGINT NOT NULL,
    "buckets" INTEGER[],

    CONSTRAINT "JobRunHistogram_pkey" PRIMARY KEY ("at","jobName","measure")
);

-- Those of this hour are rewritten every few seconds by each runner.
ALTER TABLE "JobRunHistogram" SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- CreateTable
CREATE TABLE "JobRunDayHistogram" (
    "at" TIMESTAMPTZ(0) NOT NULL,
    "jobName" VARCHAR(100) NOT NULL,
    "measure" VARCHAR(20) NOT NULL,
    "runs" BIGINT NOT NULL,
    "total" BIGINT NOT NULL,
    "max" BIGINT NOT NULL,
    "buckets" INTEGER[],

    CONSTRAINT "JobRunDayHistogram_pkey" PRIMARY KEY ("at","jobName","measure")
);

-- One job over many days: by its name first.
CREATE INDEX "JobRunDayHistogram_by_job" ON "JobRunDayHistogram"("jobName", "measure", "at");
CREATE INDEX "JobRunHistogram_by_job" ON "JobRunHistogram"("jobName", "measure", "at");
