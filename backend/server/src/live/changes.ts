import { blankRun, type JobRunSummary } from '@job-manager/shared/contract/run';
import type { RunPatch, ServerMessage } from '@job-manager/shared/live';
import { isTerminal } from '@job-manager/shared/run';

/** A message to the panel before it gets its place in a connection's sequence. */
export type Change = { [Message in ServerMessage as Message['type']]: Omit<Message, 'seq'> }[ServerMessage['type']];

type Together = Extract<Change, { type: 'server.admin.jobs_changed' }>;
type Runs = ReadonlyMap<string, JobRunSummary>;

/** The changes from the snapshot `before` to `after`, as messages. Runs that left it are not covered here. */
export function changesBetween(before: Runs, after: Runs): Change[] {
  const changes: Change[] = [];
  for (const run of after.values()) {
    const known = before.get(run.id);
    if (known?.rev !== run.rev || !waitsAlike(known, run)) changes.push(changeOf(known, run));
  }
  return changes;
}

/** A paused channel shows on its runs, whose rows it doesn't change. */
const waitsAlike = (a: JobRunSummary, b: JobRunSummary): boolean =>
  a.waitReason === b.waitReason &&
  a.waitDetail === b.waitDetail &&
  a.waitSince === b.waitSince &&
  a.waitUntil === b.waitUntil;

/** How a run left the snapshot: by ending, or pushed out of the part of the list that is shown. */
export function departureOf(runId: string, now: JobRunSummary | undefined): Change {
  if (now && isTerminal(now.status)) return { type: 'server.admin.job_completed', data: { jobRunId: runId, run: now } };
  return { type: 'server.admin.job_hidden', data: { jobRunId: runId } };
}

/**
 * Many changes of one read as one message: of each run the fields that differ from `before`, which was sent last. A
 * whole run takes a kilobyte, and the hundreds of a busy moment go to all viewers.
 */
export function batch(before: Runs, changes: readonly Change[]): Change {
  const data: Together['data'] = { runs: [], hidden: [] };
  for (const change of changes) {
    if ('run' in change.data) data.runs.push(patchOf(before.get(change.data.run.id), change.data.run));
    else if (change.type === 'server.admin.job_hidden') data.hidden.push(change.data.jobRunId);
    else if (change.type === 'server.admin.jobs_counts') Object.assign(data, change.data);
  }
  return { type: 'server.admin.jobs_changed', data };
}

function patchOf(known: JobRunSummary | undefined, run: JobRunSummary): RunPatch {
  const former: Partial<JobRunSummary> = known ?? blankRun;
  const entries = Object.entries(run) as [keyof JobRunSummary, unknown][];
  const different = entries.filter(([key, value]) => !isSame(former[key], value));
  return { ...Object.fromEntries(different), id: run.id, rev: run.rev };
}

export function progressOf(run: JobRunSummary): Change {
  return {
    type: 'server.admin.job_progress',
    data: { jobRunId: run.id, run, progressPercent: run.progressPercent, message: run.progressMessage },
  };
}

/** The values of a run are plain ones, but for the people: each read creates these objects again. */
function isSame(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === 'object' && a !== null && JSON.stringify(a) === JSON.stringify(b));
}

function changeOf(known: JobRunSummary | undefined, run: JobRunSummary): Change {
  const data = { jobRunId: run.id, run };
  if (run.status === 'QUEUED') return { type: 'server.admin.job_queued', data };
  if (known?.status !== 'RUNNING' || known.claimNo !== run.claimNo) return { type: 'server.admin.job_started', data };
  if (known.cancelRequestedAt === null && run.cancelRequestedAt !== null) {
    return { type: 'server.admin.job_cancel_requested', data };
  }
  return progressOf(run);
}
