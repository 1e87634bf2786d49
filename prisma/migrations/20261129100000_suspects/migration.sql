-- Runs that a runner held when it died. A table of its own: nearly every run never has a row here, so neither claiming
-- nor finishing writes anything for it.

-- CreateTable
CREATE TABLE "SuspectRun" (
    "runId" BIGINT NOT NULL,
    "losses" SMALLINT NOT NULL DEFAULT 1,
    "claimNo" INTEGER,
    "isAlone" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "SuspectRun_pkey" PRIMARY KEY ("runId")
);

-- Emptied as often as it is filled, and read by every claim.
ALTER TABLE "SuspectRun" SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);
