-- How servers did, minute by minute and by hours, in one table with the step in its key. An hour is of all servers.

-- AlterTable
ALTER TABLE "SystemSample"
  ADD COLUMN "step" "FigureStep" NOT NULL DEFAULT 'MINUTE',
  ADD COLUMN "minutes" INTEGER NOT NULL DEFAULT 1,
  ADD COLUMN "warnings" INTEGER,
  ADD COLUMN "criticals" INTEGER,
  ALTER COLUMN "process" SET DEFAULT '00000000-0000-0000-0000-000000000000',
  ALTER COLUMN "sockets" TYPE DOUBLE PRECISION,
  DROP CONSTRAINT "SystemSample_pkey",
  ADD CONSTRAINT "SystemSample_pkey" PRIMARY KEY ("step", "at", "process");

INSERT INTO "SystemSample" (step, at, minutes, "apiRequests", "apiErrors", "apiP50Ms", "apiP95Ms", "dbMs", "notifyMs", sockets, "socketsOpened",
  "socketsLost", verdict, warnings, criticals)
SELECT 'HOUR', hour, minutes, "apiRequests", "apiErrors", "apiP50Ms", "apiP95Ms", "dbMs", "notifyMs", sockets, "socketsOpened",
  "socketsLost", CASE WHEN criticals > 0 THEN 'CRITICAL' WHEN warnings > 0 THEN 'WARNING' ELSE 'OK' END, warnings, criticals
FROM "SystemSampleHour";

-- DropTable
DROP TABLE "SystemSampleHour";
