import { isTraced } from '@job-manager/client/tracing';
import { createPool } from '../../database/client.js';
import { readUpstream } from '../../store/upstream.js';
import { withinRemoteSpan } from '../attempt-span.js';
import { QueueEvents } from '../events.js';
import { Execution, type ExecutionOptions } from '../executor.js';
import { describeFailure } from '../failure.js';
import type { AnyJob } from '../job.js';
import { importJobs } from '../jobs-module.js';
import { notMeasured } from '../meter.js';
import { createRedaction, type Redaction } from '../redaction.js';
import type { ExecutionResult, StopReason } from '../run-execution.js';
import { type OpenServices, openServices } from '../services.js';
import { ChildMeter } from './child-meter.js';
import { RunReports, sendReport } from './child-reports.js';
import type { ChildOrder, ChildSetup } from './wire.js';

// A process for isolated runs, one at a time. It has the jobs and no leases: its runner does the rest.

/** At its end services get so long to close. */
const CLOSE_MS = 1_000;
/** Shorter than in the runner's own process: the runner ends what doesn't return. */
const GRACE_MS = 2_000;

interface Workplace {
  jobs: Map<string, AnyJob>;
  services: OpenServices;
  readUpstream: ExecutionOptions['readUpstream'];
  redaction: Redaction;
}

const meter = new ChildMeter();
const events = new QueueEvents();
let workplace: Workplace | undefined;
let execution: Execution | undefined;
let runNo = 0;
let isTainted = false;
let isBusy = false;

process.on('uncaughtException', failStray);
process.on('unhandledRejection', failStray);
process.once('disconnect', () => void leave());
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
    const { jobs, services: given } = await importJobs(setup.jobsModule);
    if (setup.needsServices && given === undefined) throw new Error(NO_SERVICES);
    const services = await openServices(given, setup.databaseUrl);
    // Connects when a job first uses it.
    const pool = createPool(setup.databaseUrl, { max: 1 });
    workplace = {
      jobs: new Map(jobs.map((job) => [job.name, job])),
      readUpstream: (runId) => readUpstream(pool, runId),
      ...{ services, redaction },
    };
    sendReport({ type: 'loaded', jobNames: [...workplace.jobs.keys()] });
  } catch (thrown) {
    return sendReport({ type: 'unusable', error: describeFailure(thrown, redaction).error });
  }
  reportReady();
}

const NO_SERVICES =
  'The module of the jobs exports no services, which jobs outside of isolated processes have: export them there, too';

async function execute(no: number, ordered: Extract<ChildOrder, { type: 'run' }>['run']): Promise<void> {
  runNo = no;
  isBusy = true;
  const job = workplace?.jobs.get(ordered.jobName);
  if (!workplace || !job) return reportEnd(unknownJob(ordered.jobName));
  // It writes nothing of the engine's itself.
  const run = { ...ordered, leaseToken: '' };
  const reports = new RunReports(() => begun);
  const begun = new Execution(job, run, {
    ...{ services: workplace.services.services, events, redaction: workplace.redaction },
    readUpstream: workplace.readUpstream,
    meter: meter.of(runNo),
    graceMs: GRACE_MS,
    onMessage: (_run, line) => sendReport({ type: 'line', ...line }),
    onProgress: (_run, state) => reports.progress(state),
    onMetadata: () => reports.metadata(),
  });
  execution = begun;
  const result = await new Promise<ExecutionResult>((resolve) => {
    if (isTraced()) withinRemoteSpan(run.traceparent, () => begun.begin(resolve));
    else begun.begin(resolve);
  });
  reports.flush();
  reportEnd(result, begun.usage);
}

/**
 * Ends this process when its runner no longer needs it, or has ended; in the latter case at once, even if a run is
 * under way.
 */
async function leave(): Promise<never> {
  setTimeout(() => process.exit(0), isBusy ? 0 : CLOSE_MS);
  if (!isBusy) await workplace?.services.close().catch(() => {});
  process.exit(0);
}

function stop(reason: StopReason): void {
  sendReport({ type: 'stopping', runNo });
  execution?.stop(reason);
}

function reportEnd(result: ExecutionResult, usage = notMeasured): void {
  isBusy = false;
  sendReport({ type: 'ended', result, usage, isTainted });
  // A turn of the event loop later: if code of the ended run blocks this process, the next run does not get it.
  setImmediate(reportReady);
}

function reportReady(): void {
  sendReport({ type: 'ready', memoryBytes: process.memoryUsage.rss() });
}

/** There is one run, so every uncaught error counts as its own. */
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
