-- What holds for the whole installation, and what starts a runner again.

-- AlterTable
ALTER TABLE "Runner" ADD COLUMN     "supervisor" VARCHAR(20);

-- CreateTable
CREATE TABLE "Setting" (
    "key" VARCHAR(60) NOT NULL,
    "value" JSONB NOT NULL,
    "updatedBy" VARCHAR(254),
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "Setting_pkey" PRIMARY KEY ("key")
);
