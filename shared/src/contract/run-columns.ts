import * as z from 'zod';
import { jobRunStatuses, jobRunTriggers } from '../run.js';
import { retryPolicy as givenRetryPolicy } from './enqueue-options.js';
import { runId } from './run-id.js';

/**
 * How the database has a column, and the API its value: `plain` alike, an `id` as text for both, a `bigint` as a
 * JavaScript number, a `time` as ISO text.
 */
type Kind = 'plain' | 'id' | 'bigint' | 'time';

export interface RunColumn {
  kind: Kind;
  /** Of the value in the API. */
  schema: z.ZodType;
  /** In a run that has just been queued; none where the request decides, or where the status does. */
  initial?: unknown;
}
type Columns = Readonly<Record<string, RunColumn>>;

const plain = <S extends z.ZodType>(schema: S) => ({ kind: 'plain', schema }) as const;
const nullable = <S extends z.ZodType>(schema: S) =>
  ({ kind: 'plain', schema: schema.nullable(), initial: null }) as const;
/** With a sentence for the API document. */
const described = <C extends RunColumn>(column: C, description: string): C => ({
  ...column,
  schema: column.schema.describe(description),
});
const optionalId = () => ({ kind: 'id', schema: runId.nullable(), initial: null }) as const;
const duration = () => ({ kind: 'bigint', schema: z.number().nullable(), initial: null }) as const;
const time = () => ({ kind: 'time', schema: z.iso.datetime() }) as const;
const optionalTime = () => ({ kind: 'time', schema: z.iso.datetime().nullable(), initial: null }) as const;
const int = () => plain(z.number().int());
const count = () => ({ ...int(), initial: 0 }) as const;
const flag = () => ({ ...plain(z.boolean()), initial: false }) as const;
const text = () => nullable(z.string());

/**
 * The columns of JobRun that lists, the socket and the page of a run show under their own names. Row type, statements,
 * contract, the blank run and the runs of tests follow from here. What is shown in another shape than it is stored in
 * stands in `run-row.ts` of the engine and `run.ts` of the contract.
 */
export const summaryColumns = {
  id: { kind: 'id', schema: runId },
  jobName: plain(z.string()),
  channel: { ...plain(z.string()), initial: 'default' },
  priority: count(),
  status: plain(z.enum(jobRunStatuses)),
  trigger: plain(z.enum(jobRunTriggers)),
  scope: text(),
  algorithmVersion: text(),
  error: text(),
  progressPercent: nullable(z.number().min(0).max(100)),
  progressMessage: text(),
  attempt: int(),
  maxAttempts: int(),
  runAt: time(),
  queuedAt: time(),
  startedAt: optionalTime(),
  finishedAt: optionalTime(),
  lastHeartbeatAt: optionalTime(),
  durationMs: duration(),
  queueDelayMs: duration(),
  cancelRequestedAt: optionalTime(),
  runnerId: text(),
  rerunOfId: optionalId(),
  claimNo: int(),
  /** How long an attempt may take before it is failed; null for as long as it likes. */
  timeoutMs: duration(),
  /** Executed by an external program, and failed after so long without a report; null for runs of our runners. */
  inactivityTimeoutMs: nullable(z.number()),
  /** Messages ever written, the dropped ones included. */
  messageCount: count(),
  warningCount: count(),
  errorCount: count(),
  /** Oldest messages dropped to keep within the limit per run. */
  droppedMessages: count(),
  /** Executions that ended with a process in which nothing else ran. */
  crashes: count(),
  /** Waits for other runs. */
  isBlocked: flag(),
  batchId: optionalId(),
  correlationId: described(text(), "The caller's own id of what the run belongs to"),
  scheduleId: text(),
  /** The time at which its schedule wanted it. */
  dueAt: optionalTime(),
  uniqueKey: text(),
  rev: int(),
} as const satisfies Columns;

/** The columns that only the page of a run shows, under their own names. */
export const detailColumns = {
  metadata: nullable(z.unknown()),
  metadataTruncated: flag(),
  errorStack: text(),
  retryPolicy: described(nullable(z.object(givenRetryPolicy.shape)), 'Null where it is as the job has it'),
  maxCrashes: int(),
  hasDependents: described(flag(), 'Runs wait for it, or did'),
} as const satisfies Columns;

type ValueOf<C extends RunColumn> = z.infer<C['schema']>;

/** These columns as PostgreSQL returns them. */
export type RowOf<C extends Columns> = {
  -readonly [Name in keyof C]: C[Name]['kind'] extends 'time'
    ? Date | Extract<ValueOf<C[Name]>, null>
    : ValueOf<C[Name]>;
};

/** These columns as the API has them. */
export type ShownOf<C extends Columns> = { -readonly [Name in keyof C]: ValueOf<C[Name]> };

type Initial<C extends Columns> = {
  -readonly [Name in keyof C as C[Name] extends { initial: unknown } ? Name : never]: C[Name]['initial'] extends null
    ? null
    : ValueOf<C[Name]>;
};

/** The schemas of these columns, for an object of the contract. */
export function schemasOf<C extends Columns>(columns: C): { -readonly [Name in keyof C]: C[Name]['schema'] } {
  const schemas = Object.entries(columns).map(([name, { schema }]) => [name, schema]);
  return Object.fromEntries(schemas);
}

/** What these columns hold in a run that has just been queued. */
export function initialOf<C extends Columns>(columns: C): Initial<C> {
  const values = Object.entries(columns).filter(([, column]) => 'initial' in column);
  return Object.fromEntries(values.map(([name, { initial }]) => [name, initial])) as Initial<C>;
}

/** Of a row the values of these columns, as the API has them. */
export function showColumns<C extends Columns>(columns: C, row: RowOf<C>): ShownOf<C> {
  const shown: Record<string, unknown> = {};
  for (const name in columns) {
    const value: unknown = row[name];
    shown[name] = value instanceof Date ? value.toISOString() : value;
  }
  return shown as ShownOf<C>;
}
