import type { Connection } from './bulk-insert.js';

/** A schedule to try things with. It is paused: nothing should run on a newcomer's machine unasked. */
export async function writeSampleSchedule(connection: Connection): Promise<void> {
  await connection.query(
    `INSERT INTO "Schedule" (name, "jobName", cron, source, "pausedAt", "pauseReason")
     VALUES ('nightly-trending', 'trending', '0 3 * * *', 'API', clock_timestamp(), 'A sample: resume it to see it come due')
     ON CONFLICT (name) DO NOTHING`,
  );
}
