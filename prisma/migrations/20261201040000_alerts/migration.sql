-- What is wrong and needs attention (incidents), by which rules, and who is notified of it: each message is a row that is written with
-- the change of its incident, and sent at least once.

-- CreateEnum
CREATE TYPE "AlertSeverity" AS ENUM ('WARNING', 'CRITICAL');

-- CreateEnum
CREATE TYPE "AlertDestinationKind" AS ENUM ('EMAIL', 'WEBHOOK', 'SLACK');

-- CreateEnum
CREATE TYPE "AlertDeliveryStatus" AS ENUM ('PENDING', 'SENT', 'FAILED');

-- CreateTable
CREATE TABLE "AlertRule" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "name" VARCHAR(100) NOT NULL,
    "kind" VARCHAR(40) NOT NULL,
    "jobs" VARCHAR(100)[],
    "onlyCritical" BOOLEAN NOT NULL DEFAULT false,
    "channels" VARCHAR(100)[],
    "threshold" DOUBLE PRECISION,
    "windowMs" BIGINT,
    "severity" "AlertSeverity" NOT NULL DEFAULT 'WARNING',
    "destinationIds" UUID[],
    "remindMs" BIGINT,
    "quiet" JSONB,
    "isOn" BOOLEAN NOT NULL DEFAULT true,
    "onSince" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "isReady" BOOLEAN NOT NULL DEFAULT false,
    "problem" VARCHAR(300),
    "rev" INTEGER NOT NULL DEFAULT 1,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "updatedBy" VARCHAR(254),

    CONSTRAINT "AlertRule_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AlertDestination" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "name" VARCHAR(100) NOT NULL,
    "kind" "AlertDestinationKind" NOT NULL,
    "target" VARCHAR(300) NOT NULL,
    "emails" VARCHAR(254)[],
    "secret" BYTEA,
    "rev" INTEGER NOT NULL DEFAULT 1,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "updatedBy" VARCHAR(254),

    CONSTRAINT "AlertDestination_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Incident" (
    "id" BIGSERIAL NOT NULL,
    "key" VARCHAR(250) NOT NULL,
    "ruleId" UUID,
    "ruleName" VARCHAR(100) NOT NULL,
    "kind" VARCHAR(40) NOT NULL,
    "severity" "AlertSeverity" NOT NULL,
    "title" VARCHAR(300) NOT NULL,
    "cause" VARCHAR(1000) NOT NULL,
    "jobName" VARCHAR(100),
    "channel" VARCHAR(100),
    "fingerprint" VARCHAR(16),
    "lastRunId" BIGINT,
    "count" INTEGER,
    "openedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "reopenedAt" TIMESTAMPTZ(3),
    "lastAt" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "notifiedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "closedAt" TIMESTAMPTZ(3),
    "closedBy" VARCHAR(254),
    "acknowledgedAt" TIMESTAMPTZ(3),
    "acknowledgedBy" VARCHAR(254),
    "mutedUntil" TIMESTAMPTZ(3),
    "mutedBy" VARCHAR(254),
    "note" VARCHAR(500),

    CONSTRAINT "Incident_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AlertDelivery" (
    "id" BIGSERIAL NOT NULL,
    "incidentId" BIGINT,
    "destinationId" UUID,
    "destination" VARCHAR(100) NOT NULL,
    "event" VARCHAR(20) NOT NULL,
    "content" JSONB NOT NULL,
    "quiet" JSONB,
    "status" "AlertDeliveryStatus" NOT NULL DEFAULT 'PENDING',
    "digestId" UUID,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "nextAt" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "detail" VARCHAR(300),
    "latencyMs" REAL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "sentAt" TIMESTAMPTZ(3),

    CONSTRAINT "AlertDelivery_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "AlertRule_name_key" ON "AlertRule"("name");

-- CreateIndex
CREATE UNIQUE INDEX "AlertDestination_name_key" ON "AlertDestination"("name");

-- CreateIndex
CREATE INDEX "Incident_key_id_idx" ON "Incident"("key", "id" DESC);

-- CreateIndex
CREATE INDEX "Incident_openedAt_idx" ON "Incident"("openedAt" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "Incident_open" ON "Incident"("key") WHERE ("closedAt" IS NULL);

-- CreateIndex
CREATE INDEX "AlertDelivery_pending" ON "AlertDelivery"("nextAt") WHERE (status = 'PENDING');

-- CreateIndex
CREATE INDEX "AlertDelivery_incidentId_idx" ON "AlertDelivery"("incidentId");

-- CreateIndex
CREATE INDEX "AlertDelivery_destinationId_id_idx" ON "AlertDelivery"("destinationId", "id" DESC);

-- CreateIndex
CREATE INDEX "AlertDelivery_createdAt_idx" ON "AlertDelivery"("createdAt");

-- AddForeignKey
ALTER TABLE "AlertDelivery" ADD CONSTRAINT "AlertDelivery_incidentId_fkey" FOREIGN KEY ("incidentId") REFERENCES "Incident"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AlertDelivery" ADD CONSTRAINT "AlertDelivery_destinationId_fkey" FOREIGN KEY ("destinationId") REFERENCES "AlertDestination"("id") ON DELETE SET NULL ON UPDATE CASCADE;
