import { blankRun, type JobRunSummary } from '@job-manager/shared/contract/run';
import type { ActiveCounts, RunPatch, ServerMessage } from '@job-manager/shared/live';
import { isTerminal } from '@job-manager/shared/run';

/** The active set as the socket delivered it. */
export interface ActiveRuns {
  readonly runs: ReadonlyMap<string, JobRunSummary>;
  readonly counts: ActiveCounts | null;
  /** Number of the last message; null until a connection's first snapshot. */
  readonly seq: number | null;
  /** Runs that have ended, by the `rev` they ended with: an older snapshot must not bring them back. */
  readonly ended: ReadonlyMap<string, number>;
}

/** What a batch of messages did. */
export interface ActiveChange {
  next: ActiveRuns;
  added: JobRunSummary[];
  started: JobRunSummary[];
  completed: JobRunSummary[];
  /** Gone from the active set without a message on how they ended. */
  vanished: string[];
  /** A message is missing: request a new snapshot. */
  hasGap: boolean;
}

export const noRuns: ActiveRuns = { runs: new Map(), counts: null, seq: null, ended: new Map() };

const ENDED_KEPT = 1_000;

/** Applies messages in the order they came. Pure; the same messages twice change nothing the second time. */
export function applyMessages(before: ActiveRuns, messages: readonly ServerMessage[]): ActiveChange {
  const draft = { runs: new Map(before.runs), ended: new Map(before.ended), counts: before.counts, seq: before.seq };
  const completed: JobRunSummary[] = [];
  const hidden = new Set<string>();
  let hasGap = false;

  const put = (run: JobRunSummary) => {
    if (isTerminal(run.status)) return end(run);
    if (draft.ended.has(run.id) || (draft.runs.get(run.id)?.rev ?? -1) > run.rev) return;
    draft.runs.set(run.id, run);
  };
  const end = (run: JobRunSummary) => {
    if (!draft.ended.has(run.id)) completed.push(run);
    draft.ended.set(run.id, run.rev);
    draft.runs.delete(run.id);
  };
  const patch = (part: RunPatch) => {
    const whole = withPatch(draft.runs.get(part.id), part);
    if (whole) put(whole);
    else hasGap ||= !draft.ended.has(part.id);
  };
  const hide = (id: string) => {
    hidden.add(id);
    draft.runs.delete(id);
  };

  for (const message of messages) {
    if (message.type === 'server.admin.jobs_snapshot') {
      const known = draft.runs;
      draft.runs = new Map();
      for (const run of message.data.runs) put(newerOf(known.get(run.id), run));
      draft.counts = message.data.counts;
      draft.seq = message.seq;
      hasGap = false;
      continue;
    }
    if (draft.seq === null) {
      hasGap = true;
      continue;
    }
    if (message.seq <= draft.seq) continue;
    hasGap ||= message.seq !== draft.seq + 1;
    draft.seq = message.seq;
    if (message.type === 'server.admin.jobs_counts') draft.counts = message.data.counts;
    else if (message.type === 'server.admin.jobs_changed') {
      for (const part of message.data.runs) patch(part);
      for (const id of message.data.hidden) hide(id);
      draft.counts = message.data.counts ?? draft.counts;
    } else if (message.type === 'server.admin.job_hidden') hide(message.data.jobRunId);
    else if (message.type === 'server.admin.job_completed') end(message.data.run);
    else if (isOfRun(message)) put(withProgress(message));
  }

  const next = { ...draft, ended: newest(draft.ended) };
  return { next, completed, hasGap, ...compare(before.runs, next, hidden) };
}

/** Null where a part comes of a run that is not known. Only a run that is new to all viewers has its job named. */
function withPatch(known: JobRunSummary | undefined, part: RunPatch): JobRunSummary | null {
  if (part.jobName !== undefined) return { ...blankRun, ...part } as JobRunSummary;
  return known ? { ...known, ...part } : null;
}

type RunMessage = Extract<ServerMessage, { data: { run: JobRunSummary } }>;

/** The messages that carry a run as it is now; one of another type is not about the list, even where it has a `run`. */
const OF_RUN = [
  'server.admin.job_queued',
  'server.admin.job_started',
  'server.admin.job_progress',
  'server.admin.job_cancel_requested',
] as const satisfies RunMessage['type'][];

const isOfRun = (message: ServerMessage): message is Extract<RunMessage, { type: (typeof OF_RUN)[number] }> =>
  (OF_RUN as readonly string[]).includes(message.type);

/** Progress travels oftener than the row is written, so it may be newer than the run beside it. */
function withProgress(message: RunMessage): JobRunSummary {
  if (message.type !== 'server.admin.job_progress') return message.data.run;
  const { run, progressPercent, message: text } = message.data;
  return {
    ...run,
    progressPercent: progressPercent ?? run.progressPercent,
    progressMessage: text ?? run.progressMessage,
  };
}

function newerOf(known: JobRunSummary | undefined, received: JobRunSummary): JobRunSummary {
  return known !== undefined && known.rev > received.rev ? known : received;
}

function compare(before: ActiveRuns['runs'], { runs, ended }: ActiveRuns, hidden: ReadonlySet<string>) {
  const added = [...runs.values()].filter((run) => !before.has(run.id));
  const started = [...runs.values()].filter(
    (run) => run.status === 'RUNNING' && before.get(run.id)?.status !== 'RUNNING',
  );
  const vanished = [...before.keys()].filter((id) => !runs.has(id) && !ended.has(id) && !hidden.has(id));
  return { added, started, vanished };
}

/** Maps keep the order of insertion, so the first ones are the oldest. */
function newest(ended: Map<string, number>): Map<string, number> {
  return ended.size <= ENDED_KEPT ? ended : new Map([...ended].slice(-ENDED_KEPT));
}

/**
 * Running ones first, the longest running on top; then the queue in the order it will be claimed; then what waits for
 * others.
 */
export function inDisplayOrder(runs: Iterable<JobRunSummary>): JobRunSummary[] {
  return [...runs].sort(compareForDisplay);
}

/** A run that has ended stands where it stood while it was running. */
export function compareForDisplay(a: JobRunSummary, b: JobRunSummary): number {
  return (
    Number(a.status === 'QUEUED') - Number(b.status === 'QUEUED') ||
    Number(a.isBlocked) - Number(b.isBlocked) ||
    (a.status === 'QUEUED'
      ? a.priority - b.priority || compareText(a.runAt, b.runAt)
      : compareText(a.startedAt ?? '', b.startedAt ?? '')) ||
    compareIds(a.id, b.id)
  );
}

const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
/** Ids are whole numbers of up to 19 digits as text: the longer one is the larger. */
const compareIds = (a: string, b: string) => a.length - b.length || compareText(a, b);
