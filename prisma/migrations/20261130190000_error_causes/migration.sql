-- Why runs failed: each failed run with the fingerprint of its cause, read from the runs by maintenance, so that the statements
-- that end runs stay as they are.

-- CreateEnum
CREATE TYPE "RunErrorState" AS ENUM ('OPEN', 'RESOLVED', 'IGNORED');

-- CreateTable
CREATE TABLE "RunErrorGroup" (
    "fingerprint" VARCHAR(16) NOT NULL,
    "jobName" VARCHAR(100) NOT NULL,
    "cause" VARCHAR(200) NOT NULL,
    "frame" VARCHAR(200),
    "sample" VARCHAR(1000) NOT NULL,
    "firstSeenAt" TIMESTAMPTZ(3) NOT NULL,
    "lastSeenAt" TIMESTAMPTZ(3) NOT NULL,
    "lastRunId" BIGINT NOT NULL,
    "firstVersion" VARCHAR(50),
    "lastVersion" VARCHAR(50),
    "state" "RunErrorState" NOT NULL DEFAULT 'OPEN',
    "stateBy" VARCHAR(254),
    "stateAt" TIMESTAMPTZ(3),
    "note" VARCHAR(500),
    "cameBackAt" TIMESTAMPTZ(3),

    CONSTRAINT "RunErrorGroup_pkey" PRIMARY KEY ("fingerprint")
);

-- CreateTable
CREATE TABLE "RunErrorCount" (
    "fingerprint" VARCHAR(16) NOT NULL,
    "hour" TIMESTAMPTZ(0) NOT NULL,
    "jobName" VARCHAR(100) NOT NULL,
    "runs" BIGINT NOT NULL,

    CONSTRAINT "RunErrorCount_pkey" PRIMARY KEY ("fingerprint","hour")
);

-- CreateTable
CREATE TABLE "RunError" (
    "runId" BIGINT NOT NULL,
    "fingerprint" VARCHAR(16) NOT NULL,
    "jobName" VARCHAR(100) NOT NULL,
    "finishedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "RunError_pkey" PRIMARY KEY ("runId")
);

-- CreateIndex
CREATE INDEX "RunErrorCount_hour_idx" ON "RunErrorCount"("hour");

-- CreateIndex
CREATE INDEX "RunError_by_cause" ON "RunError"("fingerprint", "finishedAt" DESC, "runId" DESC);

-- CreateIndex
CREATE INDEX "RunError_finishedAt_idx" ON "RunError"("finishedAt");

-- Counters follow the rows in the statement that writes or removes them. In one order, so that two such statements never wait
-- for each other in a circle.
CREATE FUNCTION job_manager_count_errors() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  sign integer := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
BEGIN
  INSERT INTO "RunErrorCount" AS c (fingerprint, hour, "jobName", runs)
  SELECT fingerprint, date_trunc('hour', "finishedAt", 'UTC'), "jobName", sign * count(*) FROM changed GROUP BY 1, 2, 3 ORDER BY 1, 2
  ON CONFLICT (fingerprint, hour) DO UPDATE SET runs = c.runs + EXCLUDED.runs;
  IF TG_OP = 'DELETE' THEN
    DELETE FROM "RunErrorCount" c USING (SELECT DISTINCT fingerprint, date_trunc('hour', "finishedAt", 'UTC') AS hour FROM changed) d
    WHERE c.fingerprint = d.fingerprint AND c.hour = d.hour AND c.runs = 0;
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER "RunError_added" AFTER INSERT ON "RunError" REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION job_manager_count_errors();
CREATE TRIGGER "RunError_taken_away" AFTER DELETE ON "RunError" REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION job_manager_count_errors();
