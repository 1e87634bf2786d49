import { isTraced } from '@job-manager/client/tracing';
import { createPool, createPrisma } from '../../database/client.js';
import { withinRemoteSpan } from '../attempt-span.js';
import { QueueEvents } from '../events.js';
import { Execution, type ExecutionOptions } from '../executor.js';
import { describeFailure } from '../failure.js';
import type { AnyJob } from '../job.js';
import { notMeasured } from '../meter.js';
import { createRedaction, type Redaction } from '../redaction.js';
import type { ExecutionResult, StopReason } from '../run-execution.js';
import { ChildMeter } from './child-meter.js';
import { RunReports, tell } from './child-reports.js';
import type { ChildOrder, ChildSetup } from './wire.js';

// A process for isolated runs, one at a time. It knows the jobs and nothing of leases: its runner does the rest.

/** Jobs that want more at once wait for each other; there may be many such processes. */
const CONNECTIONS = 3;
/** Shorter than in the runner's own process: the runner ends what doesn't return. */
const LAST_WORDS_MS = 2_000;

interface Workplace {
  jobs: Map<string, AnyJob>;
  services: ExecutionOptions['services'];
  redaction: Redaction;
}

const meter = new ChildMeter();
const events = new QueueEvents();
let workplace: Workplace | undefined;
let execution: Execution | undefined;
let runNo = 0;
let isTainted = false;

process.on('uncaughtException', failStray);
process.on('unhandledRejection', failStray);
process.once('disconnect', () => process.exit(0));
// The runner ended while the modules were loaded.
if (!process.connected) process.exit(0);
process.on('message', (order: ChildOrder) => {
  if (order.type === 'setUp') void setUp(order.setup);
  if (order.type === 'run') void execute(order.runNo, order.run);
  if (order.type === 'stop') stop(order.reason);
});

async function setUp(setup: ChildSetup): Promise<void> {
  const redaction = createRedaction(setup.redactKeys);
  try {
    const { jobs } = (await import(setup.jobsModule)) as { jobs: AnyJob[] };
    const db = createPrisma(createPool(setup.databaseUrl, { max: CONNECTIONS }));
    const services = { db, mediaDir: setup.mediaDir };
    workplace = { jobs: new Map(jobs.map((job) => [job.name, job])), services, redaction };
    tell({ type: 'loaded', jobNames: [...workplace.jobs.keys()] });
  } catch (thrown) {
    return tell({ type: 'unusable', error: describeFailure(thrown, redaction).error });
  }
  tellReady();
}

async function execute(no: number, ordered: Extract<ChildOrder, { type: 'run' }>['run']): Promise<void> {
  runNo = no;
  const job = workplace?.jobs.get(ordered.jobName);
  if (!workplace || !job) return tellEnd(unknownJob(ordered.jobName));
  // It writes nothing of the engine's itself.
  const run = { ...ordered, leaseToken: '' };
  const reports = new RunReports(() => begun);
  const begun = new Execution(job, run, {
    ...{ services: workplace.services, events, redaction: workplace.redaction },
    meter: meter.of(runNo),
    lastWordsMs: LAST_WORDS_MS,
    onMessage: (_run, line) => tell({ type: 'line', ...line }),
    onProgress: (_run, state) => reports.progress(state),
    onMetadata: () => reports.metadata(),
  });
  execution = begun;
  const result = await new Promise<ExecutionResult>((resolve) => {
    if (isTraced()) withinRemoteSpan(run.traceparent, () => begun.begin(resolve));
    else begun.begin(resolve);
  });
  reports.flush();
  tellEnd(result, begun.usage);
}

function stop(reason: StopReason): void {
  tell({ type: 'stopping', runNo });
  execution?.stop(reason);
}

function tellEnd(result: ExecutionResult, usage = notMeasured): void {
  tell({ type: 'ended', result, usage, isTainted });
  // A turn later: what the run left behind may keep this process busy, and the next run waits for no such thing.
  setImmediate(tellReady);
}

function tellReady(): void {
  tell({ type: 'ready', memoryBytes: process.memoryUsage.rss() });
}

/** There is one run, so whatever was not caught is taken for its own. */
function failStray(error: unknown): void {
  isTainted = true;
  if (execution?.failWith(error)) return;
  console.error(error);
  process.exit(1);
}

function unknownJob(jobName: string): ExecutionResult {
  const error = `The module of the isolated jobs has no job "${jobName}"`;
  return { status: 'FAILED', error, errorStack: null, json: null, truncated: false };
}
