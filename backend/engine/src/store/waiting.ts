import { isPaused } from './lanes.js';

/** Runs before a run are counted up to this number; beyond it the text has "more than". */
export const lineCap = 1_000;

/** Who paused a job and why; times are ISO texts. */
export interface PauseFacts {
  pausedAt: string;
  pausedBy: string | null;
  pauseReason: string | null;
  resumeAt: string | null;
}

/** What may keep a queued run from starting, by the data of the database. Times are ISO texts, for it comes as JSON. */
export interface WaitingFacts {
  /** Its time has not come. */
  isLater: boolean;
  /** The runs it waits for that have not ended: the first few, and how many there are. */
  blockers: { jobRunId: string; jobName: string }[];
  blockerCount: number;
  /** Its job is paused; null when it isn't. */
  jobPause: PauseFacts | null;
  /** How long its channel has been paused; null when it isn't. */
  pausedMs: number | null;
  pausedAt: string | null;
  pausedBy: string | null;
  pauseReason: string | null;
  resumeAt: string | null;
  /** Runs at once in its channel, over all runners, counted where there is a limit; null for no limit. */
  running: number;
  maxRunning: number | null;
  /** The channel has used up its starts until then; null when it hasn't. */
  nextStartAt: string | null;
  rateLimit: number | null;
  ratePeriodMs: number | null;
  /** How long ago a process was last seen that has the code of the job; null for never. */
  codeSeenMs: number | null;
  /** An active runner has the code, or there was one that has not declared its jobs when a process last had it. */
  mayHaveCode: boolean;
  /** Every active runner has declared its jobs, and none has this one. */
  isCodeMissing: boolean;
  runners: number;
  /** All slots of all active runners are used. */
  isBusy: boolean;
  /** Runs that come before it in its channel; stops counting one above `lineCap`. Null where they are not counted. */
  runsBefore: number | null;
  /** Its runner was lost, and it runs apart from others. */
  isSuspect: boolean;
}

/** So many of the runs that one waits for are named. */
export const FEW = 3;

/** Longer without a heartbeat, and a runner is not counted on: four, as they come unless set otherwise. */
const SILENT = `interval '2 minutes'`;

const inLine = `"JobRun" q WHERE q.status = 'QUEUED' AND q."finishedAt" IS NULL AND NOT q."isBlocked" AND q.channel = r.channel`;

// It jumps from one priority that runs wait with to the next in the index that claims use; each is a range of it, so
// that runs due later cost nothing. Those of its own priority come before it up to its own time, those of better ones as
// soon as they are due.
const RUNS_BEFORE = `(WITH RECURSIVE better AS (
  (SELECT q.priority FROM ${inLine} AND q.priority <= r.priority ORDER BY q.priority LIMIT 1)
  UNION ALL
  SELECT next.priority FROM better CROSS JOIN LATERAL (
    SELECT q.priority FROM ${inLine} AND q.priority > better.priority AND q.priority <= r.priority ORDER BY q.priority LIMIT 1
  ) next
) SELECT count(*)::int FROM (
  SELECT 1 FROM better CROSS JOIN LATERAL (
    SELECT 1 FROM ${inLine} AND q.priority = better.priority
      AND q."runAt" <= CASE WHEN better.priority < r.priority THEN moment.now ELSE r."runAt" END
      AND (better.priority < r.priority OR (q."runAt", q.id) < (r."runAt", r.id))
    LIMIT ${lineCap + 1}
  ) one LIMIT ${lineCap + 1}
) line)`;

// The newest start that, with those after it, fills the limit: when it no longer counts, there is room for one.
const NEXT_START = `(SELECT filling.at + c."ratePeriodMs" * interval '1 ms' FROM (
  SELECT at, sum(runs) OVER (ORDER BY at DESC) AS since FROM "ChannelStart" WHERE channel = c.name
    AND at > moment.now - c."ratePeriodMs" * interval '1 ms'
) filling WHERE filling.since >= c."rateLimit" ORDER BY filling.at DESC LIMIT 1)`;

const ageMs = (time: string) => `extract(epoch FROM moment.now - ${time})::float8 * 1000`;

/** A runner declares its jobs soon after its start. */
const START = `interval '30 seconds'`;

/** The facts that all runs of a job in a channel share; of `r` only these two are read. */
export const SHARED = `(SELECT json_build_object('pausedAt', s."pausedAt", 'pausedBy', s."pausedBy",
        'pauseReason', s."pauseReason", 'resumeAt', s."resumeAt")
      FROM "JobSettings" s WHERE s."jobName" = r."jobName" AND ${isPaused('s', 'moment.now')}) AS "jobPause",
      CASE WHEN pause.is THEN ${ageMs('c."pausedAt"')} END AS "pausedMs", CASE WHEN pause.is THEN c."pausedAt" END AS "pausedAt",
      c."pausedBy", c."pauseReason", c."resumeAt",
      CASE WHEN coalesce(c.concurrency, c."concurrencyPerRunner") IS NULL THEN 0
        ELSE (SELECT count(*)::int FROM "JobRun" held WHERE held.status = 'RUNNING' AND held."finishedAt" IS NULL AND held.channel = r.channel) END AS running,
      least(c.concurrency, c."concurrencyPerRunner" * active.runners) AS "maxRunning",
      ${NEXT_START} AS "nextStartAt", c."rateLimit", c."ratePeriodMs",
      ${ageMs(`greatest(j."lastSeenAt", (SELECT max(p."lastSeenAt") FROM "JobProcess" p WHERE r."jobName" = ANY(p."jobNames")))`)} AS "codeSeenMs",
      active."mayHaveCode", active."isCodeMissing", active.runners,
      (SELECT count(*) FROM "JobRun" WHERE status = 'RUNNING' AND "finishedAt" IS NULL AND "inactivityTimeoutMs" IS NULL) >= active.slots AS "isBusy"`;

/** Where these come from: joined to `moment` and to `r`. */
export const SHARED_SOURCES = `LEFT JOIN "Job" j ON j.name = r."jobName"
    CROSS JOIN LATERAL (
      SELECT count(*)::int AS runners, coalesce(sum(concurrency), 0) AS slots,
        coalesce(bool_and(p.id IS NOT NULL AND r."jobName" <> ALL (p."jobNames")), false) AS "isCodeMissing",
        coalesce(bool_or(r."jobName" = ANY (p."jobNames") OR (p.id IS NULL AND runner."startedAt" <= j."lastSeenAt" + ${START})), false) AS "mayHaveCode"
      FROM "Runner" runner LEFT JOIN "JobProcess" p ON p."runnerId" = runner.id
      WHERE runner.status = 'ACTIVE' AND runner.kind <> 'CLI' AND runner."lastHeartbeatAt" > moment.now - ${SILENT}
    ) active
    LEFT JOIN "Channel" c ON c.name = r.channel
    CROSS JOIN LATERAL (SELECT ${isPaused('c', 'moment.now')} AS is) pause`;

/** WaitingFacts of a run `r` that is queued, null for others; all of it as of one moment. */
export const WAITING = `CASE WHEN r.status = 'QUEUED' THEN (
  SELECT row_to_json(facts) FROM (
    SELECT r."runAt" > moment.now AS "isLater",
      (SELECT coalesce(json_agg(few), '[]') FROM (
        SELECT p.id::text AS "jobRunId", p."jobName" FROM "JobRun" p
        WHERE p.id = ANY(r."dependsOn") AND p."finishedAt" IS NULL ORDER BY p.id LIMIT ${FEW}
      ) few) AS blockers,
      (SELECT count(*)::int FROM "JobRun" p WHERE p.id = ANY(r."dependsOn") AND p."finishedAt" IS NULL) AS "blockerCount",
      ${SHARED},
      CASE WHEN r."isBlocked" OR r."runAt" > moment.now THEN 0 ELSE ${RUNS_BEFORE} END AS "runsBefore",
      EXISTS (SELECT FROM "SuspectRun" s WHERE s."runId" = r.id) AS "isSuspect"
    FROM (SELECT clock_timestamp() AS now) moment
    ${SHARED_SOURCES}
  ) facts
) END`;
