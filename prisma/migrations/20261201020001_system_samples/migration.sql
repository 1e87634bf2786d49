-- How each server did, minute by minute, and what ended by channel: gathered in memory, beside the statements that work.

-- CreateTable
CREATE TABLE "SystemSample" (
    "at" TIMESTAMPTZ(0) NOT NULL,
    "process" UUID NOT NULL,
    "apiRequests" INTEGER NOT NULL,
    "apiErrors" INTEGER NOT NULL,
    "apiP50Ms" REAL,
    "apiP95Ms" REAL,
    "dbMs" REAL,
    "notifyMs" REAL,
    "sockets" INTEGER NOT NULL,
    "socketsOpened" INTEGER NOT NULL,
    "verdict" VARCHAR(10) NOT NULL,

    CONSTRAINT "SystemSample_pkey" PRIMARY KEY ("at","process")
);

-- CreateTable
CREATE TABLE "SystemSampleHour" (
    "hour" TIMESTAMPTZ(0) NOT NULL,
    "minutes" INTEGER NOT NULL,
    "apiRequests" INTEGER NOT NULL,
    "apiErrors" INTEGER NOT NULL,
    "apiP50Ms" REAL,
    "apiP95Ms" REAL,
    "dbMs" REAL,
    "notifyMs" REAL,
    "sockets" REAL NOT NULL,
    "socketsOpened" INTEGER NOT NULL,
    "warnings" INTEGER NOT NULL,
    "criticals" INTEGER NOT NULL,

    CONSTRAINT "SystemSampleHour_pkey" PRIMARY KEY ("hour")
);

-- CreateTable
CREATE TABLE "ChannelMinute" (
    "minute" TIMESTAMPTZ(0) NOT NULL,
    "channel" VARCHAR(100) NOT NULL,
    "success" INTEGER NOT NULL,
    "failed" INTEGER NOT NULL,
    "cancelled" INTEGER NOT NULL,

    CONSTRAINT "ChannelMinute_pkey" PRIMARY KEY ("minute","channel")
);

-- CreateTable
CREATE TABLE "ChannelHour" (
    "hour" TIMESTAMPTZ(0) NOT NULL,
    "channel" VARCHAR(100) NOT NULL,
    "success" BIGINT NOT NULL,
    "failed" BIGINT NOT NULL,
    "cancelled" BIGINT NOT NULL,

    CONSTRAINT "ChannelHour_pkey" PRIMARY KEY ("hour","channel")
);

-- CreateTable
CREATE TABLE "ChannelTotal" (
    "channel" VARCHAR(100) NOT NULL,
    "success" BIGINT NOT NULL,
    "failed" BIGINT NOT NULL,
    "cancelled" BIGINT NOT NULL,

    CONSTRAINT "ChannelTotal_pkey" PRIMARY KEY ("channel")
);

-- Those of this minute, and the totals, are rewritten every few seconds by each runner.
ALTER TABLE "ChannelMinute" SET (fillfactor = 70);
ALTER TABLE "ChannelTotal" SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
