import { countNote, noteFrom } from '@job-manager/client/note';
import { countEnded } from './count.js';

/** Runs that a cancel changes: those that were asked to stop before are left as they are. */
export const CAN_BE_CANCELLED = `("finishedAt" IS NULL AND (status = 'QUEUED' OR "cancelRequestedAt" IS NULL))`;

interface CancelActive {
  /** A query of the ids of runs that can be cancelled, their rows locked in order of id. */
  target: string;
  /** SQL expressions: who asks, an id of a person and a name; and what else is said of it. */
  by: { userId: string; name: string };
  why?: string;
}

/**
 * Cancels QUEUED runs and asks RUNNING ones to stop, as the CTEs of a statement that leave the runs in `changed`.
 * Runs that wait for them are told by the trigger on the table.
 */
export const cancelActive = ({ target, by, why = `''` }: CancelActive): string => `
target AS MATERIALIZED (${target}
), changed AS (
  UPDATE "JobRun" j
  SET status = CASE j.status WHEN 'QUEUED' THEN 'CANCELLED' ELSE j.status END,
      "finishedAt" = CASE j.status WHEN 'QUEUED' THEN clock_timestamp() END, "isBlocked" = false,
      "cancelRequestedAt" = clock_timestamp(), "cancelRequestedById" = ${by.userId}, rev = j.rev + 1,
      ${countNote('INFO')}
  FROM target WHERE j.id = target.id AND j."finishedAt" IS NULL
  RETURNING j.*
), counted AS (${countEnded('changed')}
), noted AS (${noteFrom(
  'changed',
  'INFO',
  `CASE status WHEN 'CANCELLED' THEN 'Cancelled while queued, by ' ELSE 'Cancel requested by ' END
     || coalesce(${by.name}::text, 'the system') || ${why}`,
)})`;

/** What became of many, as a query of one row over `changed`. */
export const CANCELLED_AND_ASKED = `
  SELECT (SELECT count(*)::int FROM changed WHERE status = 'CANCELLED') AS cancelled,
    ARRAY(SELECT id FROM changed WHERE status = 'RUNNING' ORDER BY id) AS asked`;

/** What `CANCELLED_AND_ASKED` finds. */
export interface CancelledAndAsked {
  /** How many were queued and are cancelled now. */
  cancelled: number;
  /** Ids of those that are running and were asked to stop. */
  asked: string[];
}
