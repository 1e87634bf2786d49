import {
  jobsOfBatch,
  jobsOfCause,
  jobsOfOperation,
  jobsOfPreset,
  jobsOfPreview,
  jobsOfRuns,
  jobsOfSchedules,
} from '@job-manager/engine/store/jobs-of';
import { GRAPH_SHOWN, readGraph } from '@job-manager/engine/store/run-graph';
import type { Sql } from '@job-manager/engine/store/sql';
import { namesIn } from '@job-manager/shared/contract/history';
import type { contract } from '@job-manager/shared/contract/index';
import type { InferContractRouterInputs } from '@orpc/contract';

type Contract = typeof contract;
type Inputs = InferContractRouterInputs<Contract>;

/**
 * The jobs that a call acts on, from its input; none where what it names is not there, which the call itself answers. Null: it
 * reaches beyond what any jobs bound.
 */
export type JobReach<Input> = (sql: Sql, input: Input) => Reached | Promise<Reached>;
type Reached = readonly string[] | null;

const named: JobReach<{ jobName: string }> = (_sql, { jobName }) => [jobName];
const ofRun: JobReach<{ jobRunId: string }> = (sql, { jobRunId }) => jobsOfRuns(sql, [jobRunId]);
const ofSchedule: JobReach<{ scheduleId: string }> = (sql, { scheduleId }) => jobsOfSchedules(sql, [scheduleId]);
const ofSchedules: JobReach<{ scheduleIds: string[] }> = (sql, { scheduleIds }) => jobsOfSchedules(sql, scheduleIds);
const ofPreset: JobReach<{ presetId: string }> = (sql, { presetId }) => jobsOfPreset(sql, presetId);
/** Saved views are filters of lists, and act on no job. */
const ofNone: JobReach<unknown> = () => [];

/** The runs that are named, or all of a job. */
const ofSelection = (sql: Sql, ids: string[] | undefined, jobName: string | undefined) => {
  if (jobName !== undefined) return [jobName];
  return ids === undefined ? null : jobsOfRuns(sql, ids);
};

/** A filter may name several jobs, and all but these. */
const ofBulk: JobReach<{ ids?: string[]; filter?: { jobName?: string; not?: string } }> = (sql, { ids, filter }) => {
  if (filter?.jobName === undefined) return ofSelection(sql, ids, undefined);
  return filter.not?.split(',').includes('jobName') ? null : namesIn(filter.jobName);
};

/** With those it hangs together with, unless they are more than a page shows. */
const ofGraph = async (sql: Sql, jobRunId: string): Promise<Reached> => {
  const runs = await readGraph(sql, jobRunId);
  return runs.length > GRAPH_SHOWN ? null : runs.flatMap(({ jobName }) => jobName ?? []);
};

/**
 * What those may call whose access is limited to some jobs, beside what only reads. A call that is not here reaches beyond
 * jobs and is refused to them.
 */
export const jobReach = {
  jobs: {
    enqueue: named,
    reveal: ofRun,
    reschedule: ofRun,
    cancel: (sql, { jobRunId, graph }) => (graph ? ofGraph(sql, jobRunId) : jobsOfRuns(sql, [jobRunId])),
  },
  bulk: {
    preview: ofBulk,
    begin: (sql, { token }) => jobsOfPreview(sql, token),
    abort: (sql, { operationId }) => jobsOfOperation(sql, operationId),
  },
  jobSettings: { set: named, reset: named, pause: named, resume: named },
  definitions: { check: named },
  presets: { create: named, change: ofPreset, remove: ofPreset },
  views: { create: ofNone, change: ofNone, remove: ofNone },
  metrics: { setFailure: (sql, { fingerprint }) => jobsOfCause(sql, fingerprint) },
  batches: {
    enqueueBatch: (_sql, { runs, callback }) =>
      [...runs, ...(callback ? [callback] : [])].map(({ jobName }) => jobName),
    cancelBatch: (sql, { batchId }) => jobsOfBatch(sql, batchId),
  },
  schedules: {
    createSchedule: named,
    changeSchedule: async (sql, { scheduleId, jobName }) => [jobName, ...(await jobsOfSchedules(sql, [scheduleId]))],
    removeSchedule: ofSchedule,
    pauseSchedule: ofSchedule,
    resumeSchedule: ofSchedule,
    runSchedule: ofSchedule,
    previewBackfill: ofSchedule,
    backfill: ofSchedule,
    pauseSchedules: ofSchedules,
    resumeSchedules: ofSchedules,
  },
  recovery: { forceFail: ofRun },
  external: { start: named, progress: ofRun, heartbeat: ofRun, message: ofRun, complete: ofRun, fail: ofRun },
} satisfies { [Part in keyof Contract]?: { [Call in keyof Contract[Part]]?: JobReach<InputOf<Part, Call>> } };

type InputOf<Part extends keyof Contract, Call extends keyof Contract[Part]> = Part extends keyof Inputs
  ? Call extends keyof Inputs[Part]
    ? Inputs[Part][Call]
    : never
  : never;

/** The reach of a call by its name, `jobs.cancel`; undefined where it is not of jobs. */
export function jobReachOf(name: string): JobReach<unknown> | undefined {
  const [part = '', call = ''] = name.split('.');
  const calls: Partial<Record<string, Partial<Record<string, unknown>>>> = jobReach;
  // The table checks each call against its own input.
  return calls[part]?.[call] as JobReach<unknown> | undefined;
}
