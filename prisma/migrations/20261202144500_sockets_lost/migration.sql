-- Live connections that broke off without being closed. Null in samples of servers that did not count them.

-- AlterTable
ALTER TABLE "SystemSample" ADD COLUMN "socketsLost" INTEGER;

-- AlterTable
ALTER TABLE "SystemSampleHour" ADD COLUMN "socketsLost" INTEGER;
