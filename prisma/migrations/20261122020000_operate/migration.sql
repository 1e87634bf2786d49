-- CreateEnum
CREATE TYPE "JobRunMessageLevel" AS ENUM ('INFO', 'WARN', 'ERROR');

-- CreateEnum
CREATE TYPE "JobRunMessageSource" AS ENUM ('JOB', 'SYSTEM');

-- CreateEnum
CREATE TYPE "JobRunAttemptOutcome" AS ENUM ('LOST', 'RELEASED', 'FAILED');

-- CreateEnum
CREATE TYPE "ClientErrorLevel" AS ENUM ('error', 'warning');

-- AlterTable
ALTER TABLE "JobRun" ADD COLUMN     "droppedMessages" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "errorCount" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "inactivityTimeoutMs" INTEGER,
ADD COLUMN     "messageCount" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "steps" JSONB,
ADD COLUMN     "timeoutMs" INTEGER,
ADD COLUMN     "triggeredByTokenId" UUID,
ADD COLUMN     "warningCount" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "User" ADD COLUMN     "disabledAt" TIMESTAMPTZ(3),
ADD COLUMN     "lastSignInAt" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "AuditEvent" ADD COLUMN     "tokenId" UUID;

-- CreateTable
CREATE TABLE "JobRunMessage" (
    "runId" BIGINT NOT NULL,
    "seq" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "attempt" INTEGER NOT NULL,
    "level" "JobRunMessageLevel" NOT NULL,
    "source" "JobRunMessageSource" NOT NULL,
    "message" VARCHAR(500) NOT NULL,
    "data" JSONB,
    "callKey" VARCHAR(200),

    CONSTRAINT "JobRunMessage_pkey" PRIMARY KEY ("runId","seq")
);

-- CreateTable
CREATE TABLE "JobRunAttempt" (
    "runId" BIGINT NOT NULL,
    "claimNo" INTEGER NOT NULL,
    "attempt" INTEGER NOT NULL,
    "outcome" "JobRunAttemptOutcome" NOT NULL,
    "runnerId" UUID,
    "startedAt" TIMESTAMPTZ(3) NOT NULL,
    "endedAt" TIMESTAMPTZ(3) NOT NULL,
    "durationMs" BIGINT NOT NULL,
    "error" VARCHAR(1000),
    "errorStack" TEXT,

    CONSTRAINT "JobRunAttempt_pkey" PRIMARY KEY ("runId","claimNo")
);

-- CreateTable
CREATE TABLE "MaintenanceTask" (
    "name" VARCHAR(50) NOT NULL,
    "nextAt" TIMESTAMPTZ(3) NOT NULL,
    "lastStartedAt" TIMESTAMPTZ(3),
    "lastFinishedAt" TIMESTAMPTZ(3),
    "lastResult" VARCHAR(300),

    CONSTRAINT "MaintenanceTask_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "ApiToken" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "name" VARCHAR(100) NOT NULL,
    "prefix" VARCHAR(16) NOT NULL,
    "hash" VARCHAR(64) NOT NULL,
    "permissions" TEXT[],
    "createdById" INTEGER,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "expiresAt" TIMESTAMPTZ(3),
    "lastUsedAt" TIMESTAMPTZ(3),
    "lastUsedIp" VARCHAR(64),
    "revokedAt" TIMESTAMPTZ(3),
    "revokedById" INTEGER,

    CONSTRAINT "ApiToken_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ClientError" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "fingerprint" VARCHAR(16) NOT NULL,
    "level" "ClientErrorLevel" NOT NULL,
    "message" VARCHAR(1000) NOT NULL,
    "stack" TEXT,
    "action" VARCHAR(100) NOT NULL,
    "component" VARCHAR(100),
    "jobName" VARCHAR(100),
    "jobRunId" VARCHAR(20),
    "parameters" JSONB,
    "path" VARCHAR(300) NOT NULL,
    "url" VARCHAR(500) NOT NULL,
    "userAgent" VARCHAR(300),
    "userId" INTEGER,
    "version" VARCHAR(50),
    "count" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "ClientError_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "JobRunMessage_callKey" ON "JobRunMessage"("runId", "callKey") WHERE ("callKey" IS NOT NULL);

-- CreateIndex
CREATE UNIQUE INDEX "ApiToken_hash_key" ON "ApiToken"("hash");

-- CreateIndex
CREATE INDEX "ClientError_at_idx" ON "ClientError"("at" DESC);

-- CreateIndex
CREATE INDEX "ClientError_fingerprint_at_idx" ON "ClientError"("fingerprint", "at" DESC);

-- CreateIndex
CREATE INDEX "AuditEvent_action_id_idx" ON "AuditEvent"("action", "id" DESC);

-- CreateIndex
CREATE INDEX "AuditEvent_runId" ON "AuditEvent"("runId") WHERE ("runId" IS NOT NULL);

-- AddForeignKey
ALTER TABLE "JobRun" ADD CONSTRAINT "JobRun_triggeredByTokenId_fkey" FOREIGN KEY ("triggeredByTokenId") REFERENCES "ApiToken"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ApiToken" ADD CONSTRAINT "ApiToken_createdById_fkey" FOREIGN KEY ("createdById") REFERENCES "User"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ApiToken" ADD CONSTRAINT "ApiToken_revokedById_fkey" FOREIGN KEY ("revokedById") REFERENCES "User"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- What Prisma's schema has no words for.

ALTER TABLE "JobRun"
  ADD CONSTRAINT "JobRun_messages" CHECK ("droppedMessages" BETWEEN 0 AND "messageCount"),
  ADD CONSTRAINT "JobRun_timeouts" CHECK ("timeoutMs" > 0 AND "inactivityTimeoutMs" > 0);
ALTER TABLE "ApiToken" ADD CONSTRAINT "ApiToken_hash" CHECK (hash ~ '^[0-9a-f]{64}$');

-- Whether one more external run may begin. The lock is held to the end of the calling statement, and a function
-- sees what others committed before it got the lock, where the statement around it still counts the old rows.
CREATE FUNCTION job_manager_external_slot(most integer) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('job_manager_external_slot'));
  RETURN (SELECT count(*) < most FROM "JobRun" WHERE status = 'RUNNING' AND "inactivityTimeoutMs" IS NOT NULL);
END
$$;

-- Being disabled takes access away as well.
DROP TRIGGER "User_access_changed" ON "User";
CREATE TRIGGER "User_access_changed" AFTER UPDATE OF role, "tokenVersion", "disabledAt" ON "User" FOR EACH ROW
  WHEN (OLD.role IS DISTINCT FROM NEW.role OR OLD."tokenVersion" IS DISTINCT FROM NEW."tokenVersion"
    OR OLD."disabledAt" IS DISTINCT FROM NEW."disabledAt")
  EXECUTE FUNCTION notify_user_access_changed();

-- The audit log can't be emptied at once either.
CREATE TRIGGER "AuditEvent_is_never_emptied" BEFORE TRUNCATE ON "AuditEvent" FOR EACH STATEMENT
  EXECUTE FUNCTION "AuditEvent_refuse_change"();
