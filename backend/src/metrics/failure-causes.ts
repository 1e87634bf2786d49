import type { FailureCause, FailuresAnswer } from '@job-manager/shared/contract/failures';
import type { CauseVerdict } from '../queue/transitions/set-cause.js';
import { channelsOfRuns } from '../store/channels-of-runs.js';
import { type CauseRow, type CausesRequest, readCauses } from '../store/metrics/failures.js';
import type { Sql } from '../store/sql.js';

type CountedCause = Omit<FailureCause, 'lastChannel'>;
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
export async function withChannels(sql: Sql, { failures, ...rest }: CountedCauses): Promise<FailuresAnswer> {
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
