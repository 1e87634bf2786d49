-- Parameters that people keep under a name, for themselves or for all. Secrets in them are redacted before.

-- CreateTable
CREATE TABLE "SavedParameters" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "jobName" VARCHAR(100) NOT NULL,
    "name" VARCHAR(100) NOT NULL,
    "parameters" JSONB NOT NULL DEFAULT '{}',
    "options" JSONB NOT NULL DEFAULT '{}',
    "isShared" BOOLEAN NOT NULL DEFAULT false,
    "ownerId" INTEGER NOT NULL,
    "rev" INTEGER NOT NULL DEFAULT 1,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "SavedParameters_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "SavedParameters_own" ON "SavedParameters"("jobName", "ownerId", "name") WHERE (NOT "isShared");

-- CreateIndex
CREATE UNIQUE INDEX "SavedParameters_shared" ON "SavedParameters"("jobName", "name") WHERE ("isShared");

-- CreateIndex
CREATE INDEX "SavedParameters_ownerId_idx" ON "SavedParameters"("ownerId");

-- AddForeignKey
ALTER TABLE "SavedParameters" ADD CONSTRAINT "SavedParameters_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
