-- What runners log: warnings and errors always, the rest while a person follows it. Kept for a day.

-- CreateTable
CREATE TABLE "RunnerLogLine" (
    "id" BIGSERIAL NOT NULL,
    "runnerId" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "level" VARCHAR(10) NOT NULL,
    "message" VARCHAR(2000) NOT NULL,
    "data" JSONB,

    CONSTRAINT "RunnerLogLine_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "RunnerLogLine_runnerId_id_idx" ON "RunnerLogLine"("runnerId", "id" DESC);
