import type { Connection } from '../bulk-insert.js';
import { DAY_MS, MINUTE_MS } from '../time.js';
import type { Draft } from './draft.js';
import { mark, SAMPLE } from './sample-rows.js';
import { SAMPLE_SCHEDULES, type SampleSchedule } from './schedules.js';
import { UPLOADS } from './uploads.js';

/** The channels of the sample: one with limits, one that is paused and in which nothing waits. */
export async function writeChannels(connection: Connection, until: Date): Promise<void> {
  const { rows } = await connection.query(
    `INSERT INTO "Channel" (name, concurrency, "rateLimit", "ratePeriodMs", "targetWaitMs", "pausedAt", "pausedBy", "pauseReason")
     VALUES ($1, 4, 120, 60000, 30000, NULL, NULL, NULL),
       ('partner-imports', 1, NULL, NULL, NULL, $2::timestamptz - interval '2 hours', $3, 'A sample: the partner''s API is under maintenance')
     ON CONFLICT (name) DO NOTHING RETURNING name`,
    [UPLOADS, until, SAMPLE],
  );
  await mark(
    connection,
    'channel',
    rows.map(({ name }) => String(name)),
  );
}

export interface ScheduleFacts {
  drafts: readonly Draft[];
  runIds: ReadonlyMap<Draft, string>;
  until: Date;
}

/** The schedules of the sample by name, each with its last run behind it and its next due time ahead. */
export async function writeSchedules(connection: Connection, facts: ScheduleFacts): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const schedule of SAMPLE_SCHEDULES) {
    const { rows } = await connection.query(INSERT, valuesOf(schedule, facts));
    if (rows[0]) ids.set(schedule.name, String(rows[0].id));
  }
  await mark(connection, 'schedule', [...ids.values()]);
  return ids;
}

// A missed due time is left out: a machine that was off for a week must not begin with a week's work.
const INSERT = `INSERT INTO "Schedule" (name, "jobName", cron, source, "missedRuns", "createdAt", "createdBy", "pausedAt", "pausedBy", "pauseReason",
    "nextRunAt", "lastDueAt", "lastRunId")
  VALUES ($1, $2, $3, 'API', 'SKIP', $4, '${SAMPLE}', $5, CASE WHEN $5::timestamptz IS NULL THEN NULL ELSE '${SAMPLE}' END,
    CASE WHEN $5::timestamptz IS NULL THEN NULL ELSE 'A sample: resume it to see it come due' END, $6, $7, $8)
  ON CONFLICT (name) DO NOTHING RETURNING id`;

function valuesOf(schedule: SampleSchedule, { drafts, runIds, until }: ScheduleFacts): unknown[] {
  const { name, jobName, cron, everyMs, minute, pausedForMs } = schedule;
  const last = drafts.findLast((draft) => draft.schedule === name);
  const pausedAt = pausedForMs === undefined ? null : new Date(until.getTime() - pausedForMs);
  const after = pausedAt?.getTime() ?? Date.now();
  const offset = minute * MINUTE_MS;
  const nextRunAt = new Date((Math.floor((after - offset) / everyMs) + 1) * everyMs + offset);
  const createdAt = new Date(until.getTime() - 30 * DAY_MS);
  const lastRunId = last ? runIds.get(last) : null;
  return [name, jobName, cron, createdAt, pausedAt, nextRunAt, last?.dueAt ? new Date(last.dueAt) : null, lastRunId];
}
