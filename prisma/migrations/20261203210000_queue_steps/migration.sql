-- Samples of the queue, and the means of their hours and days, in one table with the step in its key.

-- CreateEnum
CREATE TYPE "FigureStep" AS ENUM ('BEAT', 'MINUTE', 'TEN_MINUTES', 'HOUR', 'DAY', 'EVER');

-- AlterTable
ALTER TABLE "QueueSample"
  ADD COLUMN "step" "FigureStep" NOT NULL DEFAULT 'MINUTE',
  ADD COLUMN "samples" INTEGER NOT NULL DEFAULT 1,
  ADD COLUMN "queuedMax" INTEGER,
  ADD COLUMN "dueMax" INTEGER,
  ADD COLUMN "runningMax" INTEGER,
  ALTER COLUMN "queued" TYPE DOUBLE PRECISION,
  ALTER COLUMN "due" TYPE DOUBLE PRECISION,
  ALTER COLUMN "scheduled" TYPE DOUBLE PRECISION,
  ALTER COLUMN "blocked" TYPE DOUBLE PRECISION,
  ALTER COLUMN "running" TYPE DOUBLE PRECISION,
  DROP CONSTRAINT "QueueSample_pkey",
  ADD CONSTRAINT "QueueSample_pkey" PRIMARY KEY ("step", "at", "channel");

INSERT INTO "QueueSample" (step, at, channel, samples, queued, "queuedMax", due, "dueMax", scheduled, blocked, running, "runningMax",
  "oldestDueAgeMs", "createdTotal")
SELECT 'HOUR', hour, channel, samples, queued, "queuedMax", due, "dueMax", scheduled, blocked, running, "runningMax", "oldestDueAgeMs", "createdTotal"
FROM "QueueSampleHour";

-- What a day did not have is read from its hours, which are kept as long.
INSERT INTO "QueueSample" (step, at, channel, samples, queued, "queuedMax", due, "dueMax", scheduled, blocked, running, "runningMax",
  "oldestDueAgeMs", "createdTotal")
SELECT 'DAY', d.day, d.channel, d.samples, d.queued, max(h."queuedMax"), d.due, max(h."dueMax"), coalesce(sum(h.scheduled * h.samples) / d.samples, 0),
  coalesce(sum(h.blocked * h.samples) / d.samples, 0), d.running, max(h."runningMax"), d."oldestDueAgeMs", d."createdTotal"
FROM "QueueSampleDay" d LEFT JOIN "QueueSampleHour" h ON h.channel = d.channel AND date_trunc('day', h.hour, 'UTC') = d.day
GROUP BY d.day, d.channel;

-- DropTable
DROP TABLE "QueueSampleHour";
DROP TABLE "QueueSampleDay";
