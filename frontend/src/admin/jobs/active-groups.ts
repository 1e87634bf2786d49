import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { limits } from '@job-manager/shared/limits';
import type { ActiveFilter } from '../../api/active-queries';
import { isPutOff } from './put-off';

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

export const groupings = ['job', 'channel', 'state'] as const;
export type Grouping = (typeof groupings)[number];

export interface ActiveFilters {
  text: string;
  job: string | null;
  channel: string | null;
  state: ActiveState | null;
}

/** What an active run does now, in the order in which groups stand. */
export function stateOf(run: JobRunSummary, now: number): ActiveState {
  if (run.status !== 'QUEUED') return run.cancelRequestedAt === null ? 'running' : 'stopping';
  if (run.isBlocked) return 'blocked';
  if (!isPutOff(run, now)) return 'due';
  return run.claimNo > 0 ? 'retrying' : 'scheduled';
}

/** Whether a run is one of those that the reader wants to see; the text is looked for in all that its row shows. */
export function isWanted(run: JobRunSummary, { text, job, channel, state }: ActiveFilters, now: number): boolean {
  if (job !== null && run.jobName !== job) return false;
  if (channel !== null && run.channel !== channel) return false;
  if (state !== null && stateOf(run, now) !== state) return false;
  const wanted = text.trim().toLowerCase();
  return wanted === '' || textOf(run).includes(wanted);
}

const textOf = (run: JobRunSummary): string =>
  [
    ...[run.jobName, `#${run.id}`, run.channel, run.scope, run.correlationId, run.uniqueKey],
    ...[run.progressMessage, run.waitDetail, run.triggeredBy?.email, run.triggeredByToken],
  ]
    .join('\n')
    .toLowerCase();

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

/** Rows by job, channel or state, each group in the order of its rows. A run in `places` stays in the group that is named there. */
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
  const order = (key: string) => (grouping === 'state' ? activeStates.indexOf(key as ActiveState) : 0);
  return [...groups]
    .sort(([a], [b]) => order(a) - order(b) || a.localeCompare(b))
    .map(([key, members]) => ({
      key,
      label: grouping === 'state' ? capitalize(stateLabel[key as ActiveState]) : key,
      detail: grouping === 'channel' ? pauseOf(members) : null,
      rows: members,
    }));
}

/**
 * Which runs a cancel of a group means: all on the server that it and the other filters name, or, where a text narrows
 * them, those that are shown. Null where none of them can be cancelled.
 */
export function filterOfGroup(
  { key, rows }: RunGroup<{ run: JobRunSummary }>,
  grouping: Grouping,
  { text, job, channel, state }: ActiveFilters,
): ActiveFilter | null {
  const wanted = grouping === 'state' ? (key as ActiveState) : state;
  if (wanted === 'stopping') return null;
  return {
    jobName: (grouping === 'job' ? key : job) ?? undefined,
    channel: (grouping === 'channel' ? key : channel) ?? undefined,
    state: wanted ?? undefined,
    jobRunIds: text.trim() === '' ? undefined : rows.slice(0, limits.cancelledByIds).map(({ run }) => run.id),
  };
}

export const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const keyOf = (run: JobRunSummary, grouping: Grouping, now: number): string =>
  grouping === 'state' ? stateOf(run, now) : grouping === 'channel' ? run.channel : run.jobName;

const pauseOf = (rows: readonly { run: JobRunSummary }[]): string | null =>
  rows.find(({ run }) => run.waitReason === 'channelPaused')?.run.waitDetail ?? null;
