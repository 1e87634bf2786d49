-- Each heartbeat of a runner for a day, and means of ten minutes for a month.

-- CreateTable
CREATE TABLE "RunnerBeat" (
    "runnerId" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "latencyMs" REAL,
    "loopLagMs" REAL NOT NULL,
    "activeRuns" INTEGER NOT NULL,
    "slots" INTEGER NOT NULL,
    "endedRuns" BIGINT,
    "cpuPercent" REAL,
    "rssBytes" BIGINT,

    CONSTRAINT "RunnerBeat_pkey" PRIMARY KEY ("runnerId","at")
);

-- CreateIndex
CREATE INDEX "RunnerBeat_at_idx" ON "RunnerBeat"("at");

-- CreateTable
CREATE TABLE "RunnerBeatMean" (
    "runnerId" UUID NOT NULL,
    "at" TIMESTAMPTZ(0) NOT NULL,
    "beats" INTEGER NOT NULL,
    "latencyMs" REAL,
    "latencyMaxMs" REAL,
    "loopLagMs" REAL NOT NULL,
    "loopLagMaxMs" REAL NOT NULL,
    "activeRuns" REAL NOT NULL,
    "slots" INTEGER NOT NULL,
    "endedRuns" BIGINT,
    "cpuPercent" REAL,
    "rssBytes" BIGINT,

    CONSTRAINT "RunnerBeatMean_pkey" PRIMARY KEY ("runnerId","at")
);

-- CreateIndex
CREATE INDEX "RunnerBeatMean_at_idx" ON "RunnerBeatMean"("at");
