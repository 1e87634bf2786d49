-- What ended in a minute, and what of a day was counted at the last sample, are one figure by two steps.

-- CreateTable
CREATE TABLE "JobRunEnded" (
    "step" "FigureStep" NOT NULL,
    "at" TIMESTAMPTZ(0) NOT NULL,
    "jobName" VARCHAR(100) NOT NULL,
    "success" BIGINT NOT NULL,
    "failed" BIGINT NOT NULL,
    "cancelled" BIGINT NOT NULL,

    CONSTRAINT "JobRunEnded_pkey" PRIMARY KEY ("step","at","jobName")
);

INSERT INTO "JobRunEnded" (step, at, "jobName", success, failed, cancelled)
SELECT 'MINUTE', minute, "jobName", success, failed, cancelled FROM "JobRunMinute";

INSERT INTO "JobRunEnded" (step, at, "jobName", success, failed, cancelled)
SELECT 'DAY', day, "jobName", coalesce(sum(runs) FILTER (WHERE status = 'SUCCESS'), 0), coalesce(sum(runs) FILTER (WHERE status = 'FAILED'), 0),
  coalesce(sum(runs) FILTER (WHERE status = 'CANCELLED'), 0)
FROM "JobRunCountSeen" GROUP BY day, "jobName";

-- DropTable
DROP TABLE "JobRunMinute";
DROP TABLE "JobRunCountSeen";
