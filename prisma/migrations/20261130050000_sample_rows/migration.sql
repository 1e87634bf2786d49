-- Which runs, batches, schedules, channels, tokens and runners the seed invented, so that they can be removed again and
-- nothing else is. A mark in a row of its own: the rows themselves look like any other.

-- CreateTable
CREATE TABLE "SampleRow" (
    "kind" VARCHAR(20) NOT NULL,
    "id" VARCHAR(100) NOT NULL,

    CONSTRAINT "SampleRow_pkey" PRIMARY KEY ("kind","id")
);
