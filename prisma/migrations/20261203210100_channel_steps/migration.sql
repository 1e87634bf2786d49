-- What ended by channel, in minutes, hours and ever, in one table with the step in its key.

-- CreateTable
CREATE TABLE "ChannelEnded" (
    "step" "FigureStep" NOT NULL,
    "at" TIMESTAMPTZ(0) NOT NULL,
    "channel" VARCHAR(100) NOT NULL,
    "success" BIGINT NOT NULL,
    "failed" BIGINT NOT NULL,
    "cancelled" BIGINT NOT NULL,

    CONSTRAINT "ChannelEnded_pkey" PRIMARY KEY ("step","at","channel")
);

-- Those of this minute, and those of ever, are rewritten every few seconds by each runner.
ALTER TABLE "ChannelEnded" SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

INSERT INTO "ChannelEnded" (step, at, channel, success, failed, cancelled)
SELECT 'MINUTE'::"FigureStep", minute, channel, success, failed, cancelled FROM "ChannelMinute"
UNION ALL SELECT 'HOUR', hour, channel, success, failed, cancelled FROM "ChannelHour"
UNION ALL SELECT 'EVER', 'epoch', channel, success, failed, cancelled FROM "ChannelTotal";

-- DropTable
DROP TABLE "ChannelMinute";
DROP TABLE "ChannelHour";
DROP TABLE "ChannelTotal";
