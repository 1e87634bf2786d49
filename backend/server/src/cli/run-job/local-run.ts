import type { Config } from '@job-manager/engine/config';
import { createPool } from '@job-manager/engine/database/client';
import { listenUrlOf } from '@job-manager/engine/database/transaction-pooling';
import { QueueEvents } from '@job-manager/engine/queue/events';
import type { AnyJob } from '@job-manager/engine/queue/job';
import { Rescuer } from '@job-manager/engine/queue/maintenance/rescuer';
import { createQueue } from '@job-manager/engine/queue/queue';
import { createRedaction } from '@job-manager/engine/queue/redaction';
import { createRegistry } from '@job-manager/engine/queue/registry';
import type { ExecutionResult } from '@job-manager/engine/queue/run-execution';
import { runHere } from '@job-manager/engine/queue/run-here';
import { Runner } from '@job-manager/engine/queue/runner';
import { openServices, type ServicesOption } from '@job-manager/engine/queue/services';
import { catchStrayErrors } from '@job-manager/engine/queue/stray-errors';
import { Listener } from '@job-manager/engine/store/listener';
import { Notifier } from '@job-manager/engine/store/notifier';
import { VERSION } from '@job-manager/engine/version';
import { hideSecrets } from '../../present/secrets.js';
import { actorOf } from '../actor.js';
import type { Resources } from '../resources.js';
import { guardExit } from './exit-guard.js';
import type { Report } from './report.js';

export interface LocalRunOptions {
  config: Config;
  databaseUrl: string;
  job: AnyJob;
  /** File URL of the module that has the job, for runs in a process of their own. */
  jobsModule: string;
  /** What the job gets as `ctx.services`. */
  services?: ServicesOption;
  /** How the audit log names the command. */
  program: string;
  parameters: Record<string, unknown>;
  report: Report;
  resources: Resources;
}

export interface LocalRun {
  ended: Promise<ExecutionResult>;
  /** Requests the job to stop; the request is recorded with the run. */
  cancel(): Promise<void>;
  /** Gives the run up without waiting for the job. */
  abandon(): Promise<void>;
}

/** Starts a job in this process as a tracked run. Throws QueueError for parameters that don't fit. */
export async function startLocalRun(options: LocalRunOptions): Promise<LocalRun> {
  const { config, databaseUrl, job, jobsModule, program, parameters, report, resources } = options;
  const events = new QueueEvents();
  const releaseErrors = catchStrayErrors(events);
  const registry = createRegistry([job]);
  const sql = await resources.hold(Promise.resolve(createPool(databaseUrl, { max: 3 })), (pool) => pool.end());
  const { services } = await resources.hold(openServices(options.services, databaseUrl), (opened) => opened.close());
  const notifier = await resources.hold(Promise.resolve(new Notifier(sql, config.DATABASE_SCHEMA)), (each) =>
    each.flush(),
  );
  const listener = new Listener(listenUrlOf(databaseUrl, config.DATABASE_LISTEN_URL), ['cancel', 'revoked']);
  await resources.hold(listener.start(), () => listener.close());
  const redaction = createRedaction(config.JOBS_REDACT_KEYS);
  const runner = new Runner({
    sql,
    databaseUrl,
    registry,
    services,
    settings: {
      concurrency: 1,
      pollMs: config.JOBS_POLL_MS,
      heartbeatMs: config.JOBS_HEARTBEAT_MS,
      stalledAfterMs: config.JOBS_STALLED_AFTER_MS,
      drainMs: 0,
      messagesPerRun: config.JOBS_MESSAGES_PER_RUN,
    },
    redaction,
    kind: 'CLI',
    host: config.HOSTNAME,
    version: VERSION,
    events,
    notifier,
    listener,
    jobsModule,
  });
  await resources.hold(runner.open(), async () => {
    await runner.stop();
    releaseErrors();
  });
  // Before the job logs anything.
  let releaseExit = () => {};
  events.on('runStarted', ({ runId, jobName }) => {
    releaseExit = guardExit({ runId, runnerId: runner.id, databaseUrl });
    report.started({ runId, jobName, parameters: hideSecrets(parameters, redaction) });
  });
  events.on('runLogged', ({ level, message, data }) => report.log(level, message, data));
  let doing: string | null | undefined;
  events.on('runProgressed', ({ percent, message }) => {
    doing = message;
    report.progress(percent, message);
  });
  events.on('databaseUnreachable', () => report.note('The database can not be reached; waiting for it'));

  const stalledAfterMs = config.JOBS_STALLED_AFTER_MS;
  const { runId, ended } = await runHere({
    sql,
    registry,
    runner,
    jobName: job.name,
    parameters,
    actor: actorOf(program),
  });
  notifier.changed();
  const rescuer = new Rescuer({
    ...{ sql, events, notifier, stalledAfterMs },
    heartbeatMs: config.JOBS_HEARTBEAT_MS,
    sweepMs: config.JOBS_SWEEP_MS,
  });
  return {
    ended: ended.then((result) => {
      releaseExit();
      if (result.status === 'SUCCESS' && doing !== undefined) report.progress(100, doing);
      report.ended({ runId, ...outcomeOf(result) });
      return result;
    }),
    cancel: async () => {
      await createQueue({ sql, registry, notifier, stalledAfterMs }).cancel(runId, actorOf(program));
      runner.cancel(runId);
    },
    abandon: async () => {
      releaseExit();
      await rescuer.recoverDeadRunner(runner.id);
      await notifier.flush();
    },
  };
}

function outcomeOf(result: ExecutionResult) {
  if (result.status === 'interrupted') {
    return { status: 'LOST' as const, error: 'Another process has taken the run away', metadata: null };
  }
  if (result.status === 'snoozed') {
    const why = result.reason === null ? '' : ` (${result.reason})`;
    const error = `The job put its run off${why}; it is queued for any runner, for later`;
    return { status: 'SNOOZED' as const, error, metadata: null };
  }
  return {
    status: result.status,
    error: result.error,
    metadata: result.json === null ? null : JSON.parse(result.json),
  };
}
