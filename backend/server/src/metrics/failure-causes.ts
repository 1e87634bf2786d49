import type { CauseVerdict } from '@job-manager/engine/queue/transitions/set-cause';
import { channelsOfRuns } from '@job-manager/engine/store/channels-of-runs';
import { type CauseRow, type CausesRequest, readCauses } from '@job-manager/engine/store/metrics/failures';
import type { Sql } from '@job-manager/engine/store/sql';
import type { FailureCause, FailuresAnswer } from '@job-manager/shared/contract/failures';

type CountedCause = Omit<FailureCause, 'lastChannel' | 'mutedUntil' | 'mutedBy'>;
type CountedCauses = Omit<FailuresAnswer, 'failures'> & { failures: CountedCause[] };

/** The causes of failures since a moment, those with most runs first. Reads no run. */
export async function readFailureCauses(sql: Sql, request: CausesRequest): Promise<CountedCauses> {
  const { rows, causes, runs, unreadUntil } = await readCauses(sql, request);
  return {
    failures: rows.map(presentCause),
    ...{ causes, runs },
    searchedBackTo: (unreadUntil ?? request.since).toISOString(),
    isCut: unreadUntil !== null,
  };
}

const presentCause = (row: CauseRow): CountedCause => ({
  fingerprint: row.fingerprint,
  jobName: row.jobName,
  cause: row.cause,
  frame: row.frame,
  error: row.sample,
  runs: row.runs,
  rate: row.ended === 0 ? null : Math.min(1, row.runs / row.ended),
  firstAt: row.firstSeenAt.toISOString(),
  lastAt: row.lastSeenAt.toISOString(),
  firstVersion: row.firstVersion,
  lastVersion: row.lastVersion,
  lastRunId: row.lastRunId,
  jobRunIds: row.runIds,
  ...presentVerdict(row),
});

/** The same with the channel of the last run of each. */
export async function withChannels(sql: Sql, { failures, ...rest }: CountedCauses) {
  const ids = failures.map(({ lastRunId }) => lastRunId);
  const channels = await channelsOfRuns(sql, ids);
  return {
    ...rest,
    failures: failures.map((cause) => ({ ...cause, lastChannel: channels.get(cause.lastRunId) ?? null })),
  };
}

/** What an operator made of a cause. */
export const presentVerdict = ({ state, stateBy, stateAt, note, cameBackAt }: CauseVerdict) => ({
  ...{ state, stateBy, note },
  stateAt: stateAt?.toISOString() ?? null,
  cameBackAt: cameBackAt?.toISOString() ?? null,
});
