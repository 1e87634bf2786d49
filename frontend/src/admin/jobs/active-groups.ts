import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { limits } from '@job-manager/shared/limits';
import type { BulkRequest } from '../../api/bulk-queries';
import type { QueueFilter } from '../../api/run-list-queries';
import { isScheduled } from '../../components/is-scheduled';

export const activeStates = ['running', 'stopping', 'due', 'retrying', 'scheduled', 'blocked'] as const;
export type ActiveState = (typeof activeStates)[number];

export const stateLabel = {
  running: 'running',
  stopping: 'stopping',
  due: 'pending',
  retrying: 'retrying',
  scheduled: 'scheduled',
  blocked: 'waiting for others',
} as const satisfies Record<ActiveState, string>;

export const groupings = ['job', 'channel', 'runner', 'state'] as const;
export type Grouping = (typeof groupings)[number];

export interface ActiveFilters {
  text: string;
  job: string | null;
  channel: string | null;
  /** Its `host:pid`. */
  runner: string | null;
  state: ActiveState | null;
}

/** What an active run does now, in the order in which groups stand. */
export function stateOf(run: JobRunSummary, now: number): ActiveState {
  if (run.status !== 'QUEUED') return run.cancelRequestedAt === null ? 'running' : 'stopping';
  if (run.isBlocked) return 'blocked';
  if (!isScheduled(run, now)) return 'due';
  return run.claimNo > 0 ? 'retrying' : 'scheduled';
}

/** Whether a run is one of those that the reader wants to see; the text is looked for in all that its row shows. */
export function isWanted(
  run: JobRunSummary,
  { text, job, channel, runner, state }: ActiveFilters,
  now: number,
): boolean {
  if (job !== null && run.jobName !== job) return false;
  if (channel !== null && run.channel !== channel) return false;
  if (runner !== null && run.runnerName !== runner) return false;
  if (state !== null && stateOf(run, now) !== state) return false;
  const wanted = text.trim().toLowerCase();
  return wanted === '' || textOf(run).includes(wanted);
}

const textOf = (run: JobRunSummary): string =>
  [
    ...[run.jobName, `#${run.id}`, run.channel, run.runnerName, run.scope, run.correlationId, run.uniqueKey],
    ...[run.progressMessage, run.waitDetail, run.triggeredBy?.email, run.triggeredByToken],
  ]
    .join('\n')
    .toLowerCase();

/**
 * The request to the server for the queue that these filters name; null where they leave no queued run. The text and
 * attempts are not among it.
 */
export function queueFilterOf({ job, channel, runner, state }: ActiveFilters): QueueFilter | null {
  if (runner !== null || state === 'running' || state === 'stopping') return null;
  return {
    ...(channel !== null && { channel }),
    ...(job !== null && { jobName: job }),
    ...(state !== null && { state: state === 'retrying' ? 'scheduled' : state }),
  };
}

/** Whether a queued run of the live list is one of those that the request covers. */
export function isInQueueFilter(run: JobRunSummary, { channel, jobName, state }: QueueFilter, now: number): boolean {
  if (channel !== undefined && run.channel !== channel) return false;
  if (jobName !== undefined && run.jobName !== jobName) return false;
  const stateNow = stateOf(run, now);
  return state === undefined || state === (stateNow === 'retrying' ? 'scheduled' : stateNow);
}

/** How many runs are in each state; states without any are left out. */
export function countStates(runs: readonly JobRunSummary[], now: number): [ActiveState, number][] {
  const counts = new Map<ActiveState, number>();
  for (const run of runs) {
    const state = stateOf(run, now);
    counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  return activeStates.flatMap((state) => (counts.has(state) ? [[state, counts.get(state) ?? 0] as const] : [])) as [
    ActiveState,
    number,
  ][];
}

export interface RunGroup<Row> {
  key: string;
  label: string;
  /** What all of them wait for: a channel that is paused. */
  detail: string | null;
  rows: Row[];
}

/**
 * Rows by job, channel, runner or state, each group in the order of its rows. A run in `places` stays in the group that
 * is named there.
 */
export function groupRows<Row extends { run: JobRunSummary }>(
  rows: readonly Row[],
  grouping: Grouping,
  now: number,
  places: ReadonlyMap<string, string> = new Map(),
): RunGroup<Row>[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = places.get(row.run.id) ?? keyOf(row.run, grouping, now);
    const known = groups.get(key);
    if (known) known.push(row);
    else groups.set(key, [row]);
  }
  const order = (key: string) => orderIn[grouping]?.indexOf(key) ?? 0;
  return [...groups]
    .sort(([a], [b]) => order(a) - order(b) || a.localeCompare(b))
    .map(([key, members]) => ({
      key,
      label: labelOf(key, grouping),
      detail: grouping === 'channel' ? pauseOf(members) : null,
      rows: members,
    }));
}

/**
 * The cancel of a group: all on the server that it and the other filters name, or, where a text or a runner
 * narrows them, those that are shown. Null where none of them can be cancelled.
 */
export function cancelOfGroup(
  { key, rows }: RunGroup<{ run: JobRunSummary }>,
  grouping: Grouping,
  { text, job, channel, runner, state }: ActiveFilters,
): BulkRequest | null {
  const wanted = grouping === 'state' ? (key as ActiveState) : state;
  if (wanted === 'stopping') return null;
  const isOnlyShown = text.trim() !== '' || runner !== null || grouping === 'runner';
  if (isOnlyShown) return { action: 'cancel', ids: rows.slice(0, limits.bulkIds).map(({ run }) => run.id) };
  const filter = {
    jobName: (grouping === 'job' ? key : job) ?? undefined,
    channel: (grouping === 'channel' ? key : channel) ?? undefined,
    state: wanted ?? undefined,
  };
  return { action: 'cancel', filter };
}

export const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Groups of runs that no runner has; a space is in no name of a runner. */
const WITHOUT_RUNNER = {
  external: 'External programs',
  removed: 'Runners that were removed',
  none: 'Not started yet',
} as const;

/** Others stand before these, by name. */
const orderIn: Partial<Record<Grouping, readonly string[]>> = {
  state: activeStates,
  runner: Object.values(WITHOUT_RUNNER),
};

const labelOf = (key: string, grouping: Grouping): string =>
  grouping === 'state' ? capitalize(stateLabel[key as ActiveState]) : key;

function keyOf(run: JobRunSummary, grouping: Grouping, now: number): string {
  if (grouping === 'state') return stateOf(run, now);
  if (grouping === 'channel') return run.channel;
  return grouping === 'runner' ? runnerOf(run) : run.jobName;
}

function runnerOf({ status, runnerName, runnerId }: JobRunSummary): string {
  if (runnerName !== null) return runnerName;
  if (status === 'QUEUED') return WITHOUT_RUNNER.none;
  return runnerId === null ? WITHOUT_RUNNER.external : WITHOUT_RUNNER.removed;
}

const pauseOf = (rows: readonly { run: JobRunSummary }[]): string | null =>
  rows.find(({ run }) => run.waitReason === 'channelPaused')?.run.waitDetail ?? null;
