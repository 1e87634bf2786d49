import type { BatchDraft, Draft, Failure } from './draft.js';

/** What drafts name, as the database knows it. */
export interface Names {
  runIds: ReadonlyMap<Draft, string>;
  batchIds: ReadonlyMap<BatchDraft, string>;
  scheduleIds: ReadonlyMap<string, string>;
  /** The operators of the sample. */
  people: readonly number[];
  tokenId: string;
  /** Runners, by the version of the program that they ran; any other version ran in `''`. */
  runnerIds: ReadonlyMap<string, string>;
}

/** Rows as JSON, for `jsonb_populate_recordset`. */
export interface RunRows {
  JobRun: Record<string, unknown>[];
  JobRunAttempt: Record<string, unknown>[];
  JobRunMessage: Record<string, unknown>[];
}

const CURRENT_VERSION = '1.0.0';
/** Like the default of jobs; two attempts that failed, and there is a third. */
const MAX_ATTEMPTS = 3;
const FIRST_RETRY_MS = 1_000;

const iso = (at: number): string => new Date(at).toISOString();

/** The rows of these runs, as the engine would have left them. */
export function toRunRows(drafts: readonly Draft[], names: Names): RunRows {
  const rows: RunRows = { JobRun: [], JobRunAttempt: [], JobRunMessage: [] };
  const dependedOn = new Set(drafts.flatMap(({ dependsOn = [] }) => dependsOn));
  for (const draft of drafts) addRun(draft, { names, rows, hasDependents: dependedOn.has(draft) });
  return rows;
}

function addRun(
  draft: Draft,
  { names, rows, hasDependents }: { names: Names; rows: RunRows; hasDependents: boolean },
): void {
  const id = required(names.runIds.get(draft));
  const attempts = failedAttempts(draft);
  const queuedAt = Math.round(draft.queuedAt);
  const runAt = attempts.at(-1)?.retryAt ?? queuedAt;
  // What stood before the first attempt does not stand before a later one.
  const startedAt = runAt + Math.round(attempts.length > 0 ? 20 : draft.waitMs);
  const isStarted = !draft.isCancelledInQueue;
  const finishedAt = isStarted ? startedAt + Math.max(1, Math.round(draft.workMs)) : startedAt;
  const version = draft.version ?? CURRENT_VERSION;
  const runnerId = names.runnerIds.get(version) ?? names.runnerIds.get('');
  const messages = messagesOf(draft, { attempts, startedAt, finishedAt, isStarted });
  const person = draft.person === undefined ? null : required(names.people[draft.person]);
  // Without one where a schedule of that name was there before.
  const scheduleId = draft.schedule && names.scheduleIds.get(draft.schedule);
  const isCancelled = draft.status === 'CANCELLED';

  for (const [n, attempt] of attempts.entries()) {
    rows.JobRunAttempt.push({
      runId: id,
      claimNo: n + 1,
      attempt: n + 1,
      outcome: 'FAILED',
      runnerId,
      startedAt: iso(attempt.startedAt),
      endedAt: iso(attempt.endedAt),
      durationMs: attempt.endedAt - attempt.startedAt,
      error: attempt.failure.error,
      errorStack: attempt.failure.stack ?? null,
    });
  }
  for (const [n, message] of messages.entries()) rows.JobRunMessage.push({ runId: id, seq: n + 1, ...message });
  rows.JobRun.push({
    id,
    jobName: draft.jobName,
    channel: draft.channel ?? 'default',
    status: draft.status,
    trigger: draft.trigger,
    algorithmVersion: isStarted ? version : null,
    parameters: draft.parameters ?? {},
    // On every run, so that a reader of its details sees that it was invented.
    metadata: { ...draft.metadata, sample: true },
    error: draft.failure?.error ?? null,
    errorStack: draft.failure?.stack ?? null,
    progressPercent: draft.status === 'SUCCESS' ? 100 : null,
    attempt: isStarted ? attempts.length + 1 : 0,
    maxAttempts: MAX_ATTEMPTS,
    claimNo: isStarted ? attempts.length + 1 : 0,
    runAt: iso(runAt),
    queuedAt: iso(queuedAt),
    startedAt: isStarted ? iso(startedAt) : null,
    finishedAt: iso(finishedAt),
    lastHeartbeatAt: isStarted ? iso(finishedAt) : null,
    durationMs: isStarted ? finishedAt - startedAt : null,
    queueDelayMs: isStarted ? startedAt - runAt : null,
    triggeredById: person,
    cancelRequestedById: isCancelled ? person : null,
    cancelRequestedAt: isCancelled ? iso(Math.max(queuedAt, finishedAt - 300)) : null,
    runnerId: isStarted ? runnerId : null,
    triggeredByTokenId: draft.isByToken ? names.tokenId : null,
    messageCount: messages.length,
    warningCount: messages.filter(({ level }) => level === 'WARN').length,
    errorCount: messages.filter(({ level }) => level === 'ERROR').length,
    droppedMessages: 0,
    metadataTruncated: false,
    priority: 0,
    crashes: 0,
    maxCrashes: 3,
    isBlocked: false,
    dependsOn: draft.dependsOn?.map((other) => required(names.runIds.get(other))) ?? null,
    waitsFor: draft.dependsOn ? 'SUCCEEDED' : null,
    hasDependents,
    batchId: draft.batch ? required(names.batchIds.get(draft.batch)) : null,
    scheduleId: scheduleId ?? null,
    dueAt: scheduleId && draft.dueAt ? iso(draft.dueAt) : null,
    rev: 2 + attempts.length,
  });
}

interface FailedAttempt {
  failure: Failure;
  startedAt: number;
  endedAt: number;
  retryAt: number;
}

/** Each next one after a longer wait. */
function failedAttempts({ failedBefore = [], queuedAt, waitMs, workMs }: Draft): FailedAttempt[] {
  const attempts: FailedAttempt[] = [];
  let startedAt = Math.round(queuedAt) + Math.round(waitMs);
  for (const [n, failure] of failedBefore.entries()) {
    const endedAt = startedAt + Math.max(1, Math.round(workMs));
    const retryAt = endedAt + FIRST_RETRY_MS * 4 ** n;
    attempts.push({ failure, startedAt, endedAt, retryAt });
    startedAt = retryAt + 20;
  }
  return attempts;
}

interface Message {
  at: string;
  attempt: number;
  level: 'INFO' | 'WARN' | 'ERROR';
  source: 'JOB' | 'SYSTEM';
  message: string;
}

interface Course {
  attempts: FailedAttempt[];
  startedAt: number;
  finishedAt: number;
  isStarted: boolean;
}

/** Attempts that failed, and what the longer runs reported on their way. */
function messagesOf(draft: Draft, { attempts, startedAt, finishedAt, isStarted }: Course): Message[] {
  const retries = attempts.map(
    ({ failure, endedAt, retryAt }, n): Message => ({
      at: iso(endedAt),
      attempt: n + 1,
      level: 'WARN',
      source: 'SYSTEM',
      message: `Attempt ${n + 1} of ${MAX_ATTEMPTS} failed and is repeated in ${(retryAt - endedAt) / 1_000} s: ${failure.error}`,
    }),
  );
  const attempt = attempts.length + 1;
  const parts = isStarted && draft.workMs > 1_000 ? [0.25, 0.5, 0.75] : [];
  const progress = parts.map(
    (part): Message => ({
      at: iso(startedAt + Math.round((finishedAt - startedAt) * part)),
      attempt,
      level: 'INFO',
      source: 'JOB',
      message: `${part * 100} % done`,
    }),
  );
  const end: Message[] = draft.failure
    ? [{ at: iso(finishedAt), attempt, level: 'ERROR', source: 'SYSTEM', message: draft.failure.error }]
    : [];
  return [...retries, ...progress, ...end];
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('A sample run names what was not written');
  return value;
}
