import type { Actor } from './actor.js';
import { keptUserAgent } from './audit.js';
import { type QueueError, unknownJob } from './errors.js';
import { retryPolicyOf, timeoutOf } from './new-run.js';
import {
  ENQUEUE_ONE,
  ENQUEUE_ONE_AUDITED,
  ENQUEUE_PLAIN,
  ENQUEUE_PLAIN_AUDITED,
  KIND_FIELDS,
  type RunKind,
} from './plain-statement.js';
import type { JobSettings, RunRequest } from './request.js';
import { rowsOf, type Sql } from './sql.js';

/** A run without keys that waits for no other, copied from its request when the request was made. */
export interface PlainRun {
  /** As JSON. */
  parameters: string;
  scope: string | null;
  correlationId: string | null;
  traceparent: string | null;
  runAt: string | null;
  delayMs: number | null;
  kind: RunKind;
}

export interface AddedRun {
  jobRunId: string;
  /** When it was queued. */
  now: Date;
}

/** Whether a request can be queued without reading other runs. */
export const isPlain = ({ unique, idempotencyKey, after }: RunRequest): boolean =>
  unique === undefined && idempotencyKey === undefined && after === undefined;

/**
 * Copies from a checked request what is sent; the request is not read later. Without settings the database knows them.
 */
export function plainRun(
  request: RunRequest,
  { parameters, actor, settings }: { parameters: string; actor: Actor | null; settings: JobSettings | undefined },
): PlainRun {
  return {
    parameters,
    scope: request.scope ?? null,
    correlationId: request.correlationId ?? null,
    traceparent: request.traceparent ?? null,
    runAt: request.runAt === undefined ? null : new Date(request.runAt).toISOString(),
    delayMs: request.delayMs ?? null,
    kind: {
      jobName: request.jobName,
      trigger: request.trigger ?? 'EVENT',
      channel: request.channel ?? settings?.channel,
      priority: request.priority ?? settings?.priority,
      algorithmVersion: settings?.algorithmVersion,
      maxAttempts: request.maxAttempts ?? settings?.maxAttempts,
      maxCrashes: settings?.maxCrashes,
      timeoutMs: timeoutOf(request, settings),
      isKnown: settings !== undefined,
      retryPolicy: retryPolicyOf(request),
      rerunOfId: request.rerunOfId,
      actorId: actor?.userId,
      actorEmail: actor?.email,
      ip: actor?.ip,
      userAgent: actor === null ? undefined : keptUserAgent(actor),
      tokenId: actor?.tokenId,
      isAudited: actor !== null,
    },
  };
}

/** Queues the runs of one call, in their order: all of them, or none where one is refused. Throws QueueError. */
export async function addAll(
  sql: Sql,
  runs: readonly PlainRun[],
  { notifies }: { notifies: boolean },
): Promise<AddedRun[]> {
  const { added, refused } = await send(sql, runs, { isEach: false, notifies });
  const [first] = refused;
  if (first !== undefined) throw unknownJob(jobNameOf(runs[first]), runs.length > 1 ? `runs.${first}.` : '');
  return added;
}

/** Queues the runs of different calls, in their order. A refused run gets its error, and the others are queued. */
export async function addEach(
  sql: Sql,
  runs: readonly PlainRun[],
  { notifies }: { notifies: boolean },
): Promise<(AddedRun | QueueError)[]> {
  const { added, refused } = await send(sql, runs, { isEach: true, notifies });
  const answers: (AddedRun | QueueError)[] = added;
  for (const index of refused) answers[index] = unknownJob(jobNameOf(runs[index]));
  return answers;
}

/** One row for all: a row of its own for each run would take longer to read than the run to queue. */
interface AnswerRow {
  /** Of all runs in their order, with commas between. */
  ids: string;
  /** Kinds of jobs that are unknown; null for none. */
  unknown: string | null;
  nowMs: string;
}

async function send(
  sql: Sql,
  runs: readonly PlainRun[],
  { isEach, notifies }: { isEach: boolean; notifies: boolean },
): Promise<{ added: AddedRun[]; refused: number[] }> {
  const [only] = runs;
  if (only && runs.length === 1) return sendOne(sql, only, { isEach, notifies });
  const { kinds, places } = kindsOf(runs);
  const correlations = listOf(runs.map(({ correlationId }) => correlationId));
  const traces = listOf(runs.map(({ traceparent }) => traceparent));
  const values = [
    JSON.stringify(kinds),
    ...listsOf(runs, places, kinds.length),
    isEach,
    notifies,
    correlations,
    traces,
  ];
  const text = kinds.some((kind) => kind.isAudited) ? ENQUEUE_PLAIN_AUDITED : ENQUEUE_PLAIN;
  const [row] = await rowsOf<AnswerRow>(sql, text, values);
  if (!row) throw new Error('Runs were neither queued nor refused');
  const now = new Date(Number(row.nowMs));
  const unknown = new Set(row.unknown?.split(',').map(Number));
  return {
    added: row.ids.split(',').map((jobRunId) => ({ jobRunId, now })),
    refused: unknown.size === 0 ? [] : places.flatMap((place, index) => (unknown.has(place) ? [index] : [])),
  };
}

async function sendOne(
  sql: Sql,
  { kind, parameters, ...own }: PlainRun,
  { isEach, notifies }: { isEach: boolean; notifies: boolean },
): Promise<{ added: AddedRun[]; refused: number[] }> {
  const text = kind.isAudited ? ENQUEUE_ONE_AUDITED : ENQUEUE_ONE;
  const [row] = await rowsOf<AnswerRow>(sql, text, [JSON.stringify({ ...kind, ...own }), parameters, notifies, isEach]);
  if (!row) throw new Error('A run was neither queued nor refused');
  const added = [{ jobRunId: row.ids, now: new Date(Number(row.nowMs)) }];
  return { added, refused: row.unknown === null ? [] : [0] };
}

const jobNameOf = (run: PlainRun | undefined): string => String(run?.kind.jobName);

/** The kinds there are, and which of them each run is of. Most often each is as the one before. */
function kindsOf(runs: readonly PlainRun[]): { kinds: RunKind[]; places: number[] } {
  const kinds: RunKind[] = [];
  const known = new Map<string, number>();
  let last: { kind: RunKind; place: number } | undefined;
  const places = runs.map(({ kind }) => {
    if (last && isSame(last.kind, kind)) return last.place;
    const key = JSON.stringify(kind);
    const place = known.get(key) ?? kinds.push(kind) - 1;
    known.set(key, place);
    last = { kind, place };
    return place;
  });
  return { kinds, places };
}

const isSame = (one: RunKind, other: RunKind): boolean => KIND_FIELDS.every((field) => one[field] === other[field]);

const listsOf = (runs: readonly PlainRun[], places: readonly number[], kinds: number): string[] => [
  `[${runs.map(({ parameters }) => parameters).join(',')}]`,
  kinds > 1 ? listOf(places) : '{}',
  listOf(runs.map(({ scope }) => scope)),
  listOf(runs.map(({ runAt }) => runAt)),
  listOf(runs.map(({ delayMs }) => delayMs)),
];

/** As PostgreSQL writes an array down; the empty one where no run has a value. */
function listOf(values: readonly (string | number | null)[]): string {
  if (values.every((value) => value === null)) return '{}';
  return `{${values.map((value) => (typeof value === 'string' ? quoted(value) : (value ?? 'NULL'))).join(',')}}`;
}

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
