import { inSchema } from '@job-manager/client/in-schema';
import type { Sql } from '@job-manager/client/sql';
import FakeTimers from '@sinonjs/fake-timers';

export interface ClockOptions {
  /** Where Job Manager's tables are; without it only Node's timers move. */
  sql?: Sql | undefined;
  schema?: string | undefined;
}

/** Holds Node's timers and `Date` until it is moved, and moves due times in PostgreSQL with them. */
export interface Clock {
  /** By the moved clock. */
  now(): Date;
  /**
   * Moves time on by so many milliseconds: timers that end meanwhile fire in their order, and queued runs, keys, schedules
   * and pauses come so much nearer. Resolves when the callbacks of the timers have run.
   */
  advance(ms: number): Promise<void>;
  /** Gives Node its own timers back. What was moved in PostgreSQL stays. */
  uninstall(): void;
}

/**
 * Replaces `setTimeout`, `setInterval` and `Date` of this process until `uninstall`; works beside any test framework. Times
 * that are given as such after a move (`runAt`) are by the moved clock, which PostgreSQL's own is behind: give `delayMs`.
 */
export function installClock({ sql, schema }: ClockOptions = {}): Clock {
  const timers = FakeTimers.install({
    now: Date.now(),
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'],
    // Those that were set before go on by themselves.
    shouldClearNativeTimers: true,
  });
  return {
    now: () => new Date(timers.now),
    advance: async (ms) => {
      if (!(ms >= 0 && Number.isFinite(ms))) throw new TypeError(`advance takes milliseconds, not ${ms}`);
      if (sql !== undefined) await moveDueTimes(inSchema(sql, schema), ms);
      await timers.tickAsync(ms);
    },
    uninstall: () => timers.uninstall(),
  };
}

/** Moves all due times so much nearer, as if the clock of PostgreSQL had moved; past times move too. */
async function moveDueTimes(sql: Sql, ms: number): Promise<void> {
  for (const move of MOVES) await sql.query(move, [String(ms)]);
}

const MOVED = `$1::text::float8 * interval '1 millisecond'`;

const MOVES = [
  `UPDATE "JobRun" SET "runAt" = "runAt" - ${MOVED}, "queuedAt" = "queuedAt" - ${MOVED} WHERE status = 'QUEUED' AND "finishedAt" IS NULL`,
  // A trigger has the keys follow. Runs that have ended may still hold theirs.
  `UPDATE "JobRun" SET "uniqueUntil" = "uniqueUntil" - ${MOVED} WHERE "uniqueUntil" > clock_timestamp()`,
  `UPDATE "Schedule" SET "nextRunAt" = "nextRunAt" - ${MOVED}, "resumeAt" = "resumeAt" - ${MOVED}`,
  `UPDATE "Channel" SET "resumeAt" = "resumeAt" - ${MOVED} WHERE "resumeAt" IS NOT NULL`,
  `UPDATE "JobSettings" SET "resumeAt" = "resumeAt" - ${MOVED} WHERE "resumeAt" IS NOT NULL`,
  `WITH moved AS (DELETE FROM "ChannelStart" RETURNING *) INSERT INTO "ChannelStart" (channel, at, runs) SELECT channel, at - ${MOVED}, runs FROM moved`,
];
