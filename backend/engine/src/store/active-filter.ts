import type { cancellableStates } from '@job-manager/shared/contract/active-runs';

/** Which active runs. */
export interface ActiveFilter {
  jobName?: string;
  channel?: string;
  state?: (typeof cancellableStates)[number];
}

/** The values that `TO_CANCEL` takes, as $1 to $3. */
export const filterValues = ({ jobName, channel, state }: ActiveFilter): unknown[] => [
  jobName ?? null,
  channel ?? null,
  state ?? null,
];

const WANTED = `($1::text IS NULL OR "jobName" = $1) AND ($2::text IS NULL OR channel = $2)`;
/** As the panel has it: what is due within a second is due. */
const IS_DUE = `"runAt" <= clock_timestamp() + interval '1 s'`;

/** A query of the runs that a cancel would touch. In two parts, because each has an index of its own beside the history. */
export const TO_CANCEL = `
  SELECT id, "jobName", status FROM "JobRun" WHERE status = 'QUEUED' AND "finishedAt" IS NULL AND ${WANTED} AND CASE $3::text
    WHEN 'blocked' THEN "isBlocked" WHEN 'due' THEN NOT "isBlocked" AND ${IS_DUE}
    WHEN 'scheduled' THEN NOT "isBlocked" AND NOT ${IS_DUE} AND "claimNo" = 0
    WHEN 'retrying' THEN NOT "isBlocked" AND NOT ${IS_DUE} AND "claimNo" > 0 ELSE $3 IS NULL END
  UNION ALL
  SELECT id, "jobName", status FROM "JobRun" WHERE status = 'RUNNING' AND "finishedAt" IS NULL AND "cancelRequestedAt" IS NULL AND ${WANTED}
    AND ($3::text IS NULL OR $3 = 'running')`;
