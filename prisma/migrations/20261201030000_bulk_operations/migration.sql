-- Acts on many runs: previewed with exactly the runs that they will touch, then worked off in steps by any process.

-- CreateEnum
CREATE TYPE "BulkState" AS ENUM ('PREVIEWED', 'RUNNING', 'DONE', 'ABORTED', 'FAILED');

-- CreateTable
CREATE TABLE "BulkOperation" (
    "id" BIGSERIAL NOT NULL,
    "token" UUID NOT NULL DEFAULT gen_random_uuid(),
    "action" VARCHAR(20) NOT NULL,
    "request" JSONB NOT NULL,
    "actor" JSONB NOT NULL,
    "createdBy" VARCHAR(254),
    "runIds" BIGINT[] NOT NULL,
    "total" INTEGER NOT NULL,
    "position" INTEGER NOT NULL DEFAULT 0,
    "done" INTEGER NOT NULL DEFAULT 0,
    "skipped" INTEGER NOT NULL DEFAULT 0,
    "problems" JSONB NOT NULL DEFAULT '{}',
    "state" "BulkState" NOT NULL DEFAULT 'PREVIEWED',
    "batchId" BIGINT,
    "error" VARCHAR(1000),
    "abortedBy" VARCHAR(254),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "startedAt" TIMESTAMPTZ(3),
    "finishedAt" TIMESTAMPTZ(3),

    CONSTRAINT "BulkOperation_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "BulkOperation_token_key" ON "BulkOperation"("token");

-- CreateIndex
CREATE INDEX "BulkOperation_running" ON "BulkOperation"("id") WHERE (state = 'RUNNING'::"BulkState");

-- CreateIndex
CREATE INDEX "BulkOperation_createdAt_idx" ON "BulkOperation"("createdAt");
