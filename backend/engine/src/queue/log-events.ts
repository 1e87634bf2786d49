import { formatDuration } from '../store/format-duration.js';
import type { QueueEvents } from './events.js';
import type { LogWriter } from './runner/runner-log.js';

/** Lines a second about runs without problems. */
const MAX_ROUTINE_LINES = 50;

/**
 * Limits the log where there are thousands of runs: of lines about runs without problems, the first of each second are
 * written, and then how many more there were.
 */
class RoutineLines {
  readonly #write: (text: string) => void;
  #written = 0;
  #rest = { started: 0, ended: 0 };
  #timer: NodeJS.Timeout | undefined;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  mayWrite(kind: 'started' | 'ended'): boolean {
    this.#timer ??= setTimeout(() => this.writeRest(), 1_000).unref();
    if (++this.#written <= MAX_ROUTINE_LINES) return true;
    this.#rest[kind] += 1;
    return false;
  }

  writeRest(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#written = 0;
    const { started, ended } = this.#rest;
    this.#rest = { started: 0, ended: 0 };
    if (started + ended > 0) this.#write(`Within a second, ${started} more runs started and ${ended} more ended`);
  }
}

const describeEnd = ({ runId, jobName, status }: { runId: string; jobName: string; status: string }): string =>
  `Run #${runId} ${jobName} ended: ${status}`;

/** Writes the engine's events to the log; all their texts are here. */
export function logQueueEvents(events: QueueEvents, log: LogWriter): void {
  events.on('runnerStarted', (data) => log.info(data, 'Runner started'));
  const routine = new RoutineLines((text) => log.info(text));
  events.on('runnerStopped', (data) => {
    routine.writeRest();
    log.info(data, 'Runner stopped');
  });
  events.on('runStarted', (data) => {
    if (routine.mayWrite('started')) log.info(data, `Run #${data.runId} ${data.jobName} started`);
  });
  events.on('runEnded', (data) => {
    if (data.status === 'FAILED') log.error(data, describeEnd(data));
    else if (routine.mayWrite('ended')) log.info(data, describeEnd(data));
  });
  events.on('runRetried', (data) => {
    const { runId, jobName, attempt, maxAttempts, delayMs } = data;
    log.warn(
      data,
      `Run #${runId} ${jobName} failed in attempt ${attempt} of ${maxAttempts}; again in ${formatDuration(delayMs)}`,
    );
  });
  events.on('runSnoozed', (data) => {
    if (routine.mayWrite('ended'))
      log.info(data, `Run #${data.runId} ${data.jobName} was snoozed by its job for ${formatDuration(data.delayMs)}`);
  });
  events.on('leaseLost', (data) => log.warn(data, `Run #${data.runId} was taken away while it ran; stopping it`));
  events.on('outcomeRefused', (data) =>
    log.warn(data, `Run #${data.runId} had been taken away; its outcome is dropped`),
  );
  events.on('scheduleFired', ({ schedule, jobName, runs }) => {
    log.info({ schedule, jobName, runs }, `Schedule ${schedule} is due`);
  });
  events.on('runsRecovered', ({ runs }) => {
    for (const run of runs)
      log.warn({ runId: run.id, jobName: run.jobName }, `Took back run #${run.id}: now ${run.status}`);
  });
  events.on('runsTimedOut', ({ runs }) => {
    for (const run of runs)
      log.error({ runId: run.id, jobName: run.jobName }, `Run #${run.id} went on for too long: now ${run.status}`);
  });
  // Name by name: the rest of an object by `...` would take longer than to write the line.
  events.on('runLogged', ({ level, message, runId, jobName, data }) => log[level]({ runId, jobName, data }, message));
  events.on('processWrote', ({ text, ...data }) => log[data.stream === 'stderr' ? 'warn' : 'info'](data, text));
  events.on('strayError', ({ error }) => log.error({ err: error }, 'Something was thrown outside every run'));
  events.on('databaseUnreachable', ({ during, error }) =>
    log.error({ err: error }, `Database unreachable (${during}); waiting for it`),
  );
  events.on('databaseSlow', ({ during, error }) =>
    log.warn({ err: error }, `The database took too long (${during}); the statement is sent again`),
  );
  events.on('databaseBack', (data) => log.info(data, 'Database reachable again'));
  events.on('internalError', ({ during, error }) => log.error({ err: error }, `Unexpected error (${during})`));
}
