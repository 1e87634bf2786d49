import { escapeControls } from '@job-manager/shared/terminal-text';
import type { QueueEvents } from './events.js';
import { Execution } from './executor.js';

/**
 * The same in a process that belongs to another application: an error from a run fails that run, every other error is
 * thrown as if there were no handler.
 */
export function catchStrayErrorsOfRuns(): () => void {
  const onRejection = (error: unknown) => {
    // Thrown on, it becomes an uncaught exception, as it does without a listener.
    if (!Execution.ofStrayError()?.failWith(error) && isAlone('unhandledRejection')) throw error;
  };
  const onException = (error: unknown) => {
    if (Execution.ofStrayError()?.failWith(error) || !isAlone('uncaughtException')) return;
    console.error(escapeControls(error instanceof Error ? (error.stack ?? error.message) : String(error)));
    process.exit(1);
  };
  process.on('unhandledRejection', onRejection);
  process.on('uncaughtException', onException);
  return () => {
    process.off('unhandledRejection', onRejection);
    process.off('uncaughtException', onException);
  };
}

const isAlone = (event: 'unhandledRejection' | 'uncaughtException'): boolean => process.listenerCount(event) === 1;

/**
 * Keeps the process running when an error of a job is not caught by its promise (a rejection that was not awaited, a
 * throw in a timer) and fails the run it came from. Returns a function that removes the handlers.
 */
export function catchStrayErrors(events: QueueEvents): () => void {
  const handle = (error: unknown) => {
    const execution = Execution.ofStrayError();
    if (!execution?.failWith(error)) events.emit('strayError', { error });
  };
  process.on('unhandledRejection', handle);
  process.on('uncaughtException', handle);
  return () => {
    process.off('unhandledRejection', handle);
    process.off('uncaughtException', handle);
  };
}
