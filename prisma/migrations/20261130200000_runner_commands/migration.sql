-- What operators ask of runners, what runners carry of it, and what happened to them.

-- CreateEnum
CREATE TYPE "RunnerCommandKind" AS ENUM ('DRAIN', 'RESUME', 'STOP', 'RESTART', 'SET', 'PING');

-- AlterTable
ALTER TABLE "Runner" ADD COLUMN     "canRestart" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "channels" VARCHAR(100)[],
ADD COLUMN     "labels" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "logLevel" VARCHAR(10),
ADD COLUMN     "replacesId" UUID;

-- CreateTable
CREATE TABLE "RunnerCommand" (
    "id" BIGSERIAL NOT NULL,
    "runnerId" UUID NOT NULL,
    "kind" "RunnerCommandKind" NOT NULL,
    "payload" JSONB,
    "groupId" UUID NOT NULL,
    "afterId" BIGINT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "createdBy" VARCHAR(254),
    "expiresAt" TIMESTAMPTZ(3),
    "seenAt" TIMESTAMPTZ(3),
    "doneAt" TIMESTAMPTZ(3),
    "result" JSONB,
    "error" VARCHAR(500),

    CONSTRAINT "RunnerCommand_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RunnerEvent" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "runnerId" UUID NOT NULL,
    "runnerName" VARCHAR(220) NOT NULL,
    "kind" VARCHAR(30) NOT NULL,
    "severity" VARCHAR(10) NOT NULL,
    "message" VARCHAR(500) NOT NULL,
    "commandId" BIGINT,
    "actor" VARCHAR(254),

    CONSTRAINT "RunnerEvent_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "RunnerCommand_runnerId_id_idx" ON "RunnerCommand"("runnerId", "id" DESC);

-- CreateIndex
CREATE INDEX "RunnerCommand_open" ON "RunnerCommand"("runnerId") WHERE ("doneAt" IS NULL);

-- CreateIndex
CREATE INDEX "RunnerCommand_groupId_id_idx" ON "RunnerCommand"("groupId", "id");

-- CreateIndex
CREATE INDEX "RunnerEvent_runnerId_id_idx" ON "RunnerEvent"("runnerId", "id" DESC);

-- Whatever statement changes the state of a runner, its event is written with it.
CREATE FUNCTION job_manager_note_runner() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  event text;
  level text := 'info';
  said text;
BEGIN
  IF TG_OP = 'INSERT' THEN
    event := 'started';
    said := 'Started with ' || NEW.concurrency || ' slots, version ' || NEW.version;
    IF NOT EXISTS (SELECT FROM "Runner" WHERE version = NEW.version AND id <> NEW.id) THEN
      event := 'version-new';
      said := said || ', the first of this version';
    END IF;
  ELSIF NEW.status = 'LOST' THEN
    event := 'lost';
    level := 'error';
    said := 'Lost: its process died, or it cannot reach the database';
  ELSIF OLD.status = 'LOST' AND NEW.status <> 'STOPPED' THEN
    event := 'back';
    level := 'warning';
    said := 'Reports again after it was lost';
  ELSIF NEW.status = 'DRAINING' THEN
    event := 'draining';
    said := 'Claims nothing more';
  ELSIF NEW.status = 'STOPPED' THEN
    event := 'stopped';
    said := 'Stopped';
  ELSE
    event := 'resumed';
    said := 'Claims runs again';
  END IF;
  INSERT INTO "RunnerEvent" ("runnerId", "runnerName", kind, severity, message)
  VALUES (NEW.id, NEW.host || ':' || NEW.pid, event, level, said);
  RETURN NULL;
END
$$;

CREATE TRIGGER "Runner_started" AFTER INSERT ON "Runner" FOR EACH ROW
  WHEN (NEW.status <> 'STOPPED') EXECUTE FUNCTION job_manager_note_runner();
CREATE TRIGGER "Runner_changed" AFTER UPDATE OF status ON "Runner" FOR EACH ROW
  WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION job_manager_note_runner();

-- A second and more: a job computes without a pause, so nothing else of that runner goes on.
CREATE FUNCTION job_manager_note_blocked_loop() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "RunnerEvent" ("runnerId", "runnerName", kind, severity, message)
  SELECT id, host || ':' || pid, 'loop-blocked', 'warning', 'Its event loop was blocked for ' || round(NEW."loopLagMs"::numeric / 1000, 1) || ' s'
  FROM "Runner" WHERE id = NEW."runnerId";
  RETURN NULL;
END
$$;

CREATE TRIGGER "RunnerBeat_blocked" AFTER INSERT ON "RunnerBeat" FOR EACH ROW WHEN (NEW."loopLagMs" >= 1000)
  EXECUTE FUNCTION job_manager_note_blocked_loop();
