-- Issues that operators don't want to see for a while.

-- CreateTable
CREATE TABLE "IssueMute" (
    "key" VARCHAR(250) NOT NULL,
    "until" TIMESTAMPTZ(3) NOT NULL,
    "untilClear" BOOLEAN NOT NULL DEFAULT false,
    "mutedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "mutedBy" VARCHAR(254),

    CONSTRAINT "IssueMute_pkey" PRIMARY KEY ("key")
);
