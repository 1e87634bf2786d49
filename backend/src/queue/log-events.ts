import type { Logger } from 'pino';
import { durationWords } from '../store/duration-words.js';
import type { QueueEvents } from './events.js';

/** Writes the engine's events to the log; the only place that words them. */
export function logQueueEvents(events: QueueEvents, log: Logger): void {
  events.on('runnerStarted', (data) => log.info(data, 'Runner started'));
  events.on('runnerStopped', (data) => log.info(data, 'Runner stopped'));
  events.on('runStarted', (data) => log.info(data, `Run #${data.runId} ${data.jobName} started`));
  events.on('runEnded', (data) => {
    const level = data.status === 'FAILED' ? 'error' : 'info';
    log[level](data, `Run #${data.runId} ${data.jobName} ended: ${data.status}`);
  });
  events.on('runRetried', (data) => {
    const { runId, jobName, attempt, maxAttempts, delayMs } = data;
    log.warn(
      data,
      `Run #${runId} ${jobName} failed in attempt ${attempt} of ${maxAttempts}; again in ${durationWords(delayMs)}`,
    );
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
  events.on('runLogged', ({ level, message, ...data }) => log[level](data, message));
  events.on('processWrote', ({ text, ...data }) => log[data.stream === 'stderr' ? 'warn' : 'info'](data, text));
  events.on('strayError', ({ error }) => log.error({ err: error }, 'Something was thrown outside every run'));
  events.on('databaseUnreachable', ({ during, error }) =>
    log.error({ err: error }, `Database unreachable (${during}); waiting for it`),
  );
  events.on('databaseBack', (data) => log.info(data, 'Database reachable again'));
  events.on('fault', ({ during, error }) => log.error({ err: error }, `Unexpected error (${during})`));
}
