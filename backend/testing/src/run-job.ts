import { QueueEvents } from '@job-manager/engine/queue/events';
import { Execution } from '@job-manager/engine/queue/executor';
import type { AnyJob, JobServices } from '@job-manager/engine/queue/job';
import { createRedaction } from '@job-manager/engine/queue/redaction';
import type { ExecutionResult } from '@job-manager/engine/queue/run-execution';
import type { ClaimedRun } from '@job-manager/engine/queue/transitions/claim';
import type { UpstreamRun } from '@job-manager/engine/store/upstream';
import type { JobRunStep } from '@job-manager/shared/contract/message';
import type { MessageLevel } from '@job-manager/shared/message';

/** Values of the job's context that a test overrides. */
export interface RunJobOptions {
  runId?: string | undefined;
  attempt?: number | undefined;
  claimNo?: number | undefined;
  correlationId?: string | undefined;
  startedAt?: Date | undefined;
  /** What `ctx.upstream()` answers; nothing unless given. */
  upstream?: UpstreamRun[] | undefined;
  /** `ctx.services`, as far as the job uses it; the job fails where it uses a missing one. */
  services?: Partial<JobServices> | undefined;
  /** Cancels the run when it is aborted, as an operator would. */
  signal?: AbortSignal | undefined;
  /** How long it may take; as long as it likes unless given, for the test has a limit of its own. */
  timeoutMs?: number | undefined;
}

/** How an execution ended, and what it reported until then. */
export interface RunOutcome {
  status: 'SUCCESS' | 'FAILED' | 'CANCELLED' | 'SNOOZED';
  error: string | null;
  /** Whether another attempt would be of no use: `ctx.fail(…, { retry: false })`, or parameters that don't fit. */
  isFinal: boolean;
  /** The next attempt begins after so long: `ctx.retryIn` and `ctx.snooze`. */
  againInMs: number | null;
  /** What it returned and gave to `ctx.setMetadata`. */
  metadata: Record<string, unknown>;
  messages: { level: MessageLevel; message: string; data?: Record<string, unknown> }[];
  /** The whole, each time something was reported. */
  progress: { percent: number | null; message: string | null }[];
  /** As the job left them. */
  steps: readonly JobRunStep[];
}

/**
 * Runs a job here and now, in the code that runners run it by, without a queue and without a database. Never rejects: what
 * the job throws is in the outcome, and so are parameters that don't fit.
 */
export async function runJob<Job extends AnyJob>(
  job: Job,
  parameters: ParametersOf<Job>,
  options: RunJobOptions = {},
): Promise<RunOutcome> {
  const reported: Pick<RunOutcome, 'messages' | 'progress' | 'steps'> = { messages: [], progress: [], steps: [] };
  const execution = new Execution(job, claimedRun(job, parameters, options), {
    services: servicesOf(options),
    readUpstream: async () => options.upstream ?? [],
    events: new QueueEvents(),
    redaction: createRedaction(''),
    onMessage: (_run, { level, message, data }) =>
      reported.messages.push({ level, message, ...(data !== null && { data: JSON.parse(data) }) }),
    onProgress: (_run, { percent, message, steps }) => {
      reported.progress.push({ percent, message });
      reported.steps = steps ?? reported.steps;
    },
  });
  const stop = () => execution.stop('cancelled');
  if (options.signal?.aborted) stop();
  options.signal?.addEventListener('abort', stop, { once: true });
  const result = await new Promise<ExecutionResult>((resolve) => execution.begin(resolve));
  options.signal?.removeEventListener('abort', stop);
  const outcome = outcomeOf(result);
  const last = reported.progress.at(-1);
  // The whole reaches 100 % with success, and not before.
  if (outcome.status === 'SUCCESS' && last) reported.progress.push({ ...last, percent: 100 });
  return { ...outcome, ...reported };
}

type ParametersOf<Job> = Job extends { parameters: { '~standard': { types?: { input: infer Input } | undefined } } }
  ? Input
  : Record<string, unknown>;

function outcomeOf(result: ExecutionResult): Omit<RunOutcome, 'messages' | 'progress' | 'steps'> {
  const nothing = { error: null, isFinal: false, againInMs: null, metadata: {} };
  if (result.status === 'interrupted') throw new Error(`The execution was interrupted: ${result.reason}`);
  if (result.status === 'snoozed')
    return { ...nothing, status: 'SNOOZED', error: result.reason, againInMs: result.delayMs };
  const { status, error, json, isFinal = false, retryInMs = null } = result;
  return { status, error, isFinal, againInMs: retryInMs, metadata: json === null ? {} : JSON.parse(json) };
}

const claimedRun = (job: AnyJob, parameters: object, options: RunJobOptions): ClaimedRun => ({
  id: options.runId ?? '1',
  jobName: job.name,
  channel: job.channel ?? 'default',
  priority: job.priority ?? 0,
  // As a run has them: values that are no JSON would not come back from the database unchanged.
  parameters: JSON.parse(JSON.stringify(parameters)),
  attempt: options.attempt ?? 1,
  maxAttempts: job.maxAttempts ?? 3,
  claimNo: options.claimNo ?? options.attempt ?? 1,
  leaseToken: '',
  startedAt: options.startedAt ?? new Date(),
  timeoutMs: options.timeoutMs ?? null,
  retryPolicy: null,
  crashes: 0,
  maxCrashes: 1,
  dependsOn: null,
  correlationId: options.correlationId ?? null,
  traceparent: null,
});

/** Names the one that is missing, instead of an error that something is undefined. */
const servicesOf = ({ services = {} }: RunJobOptions): JobServices =>
  new Proxy(services as JobServices, {
    get: (target, name) => {
      if (typeof name === 'symbol' || name in target) return Reflect.get(target, name);
      throw new Error(`The job uses ctx.services.${name}: give runJob one, in its option services`);
    },
  });
