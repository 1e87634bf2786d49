import type { QueueEvents } from './events.js';
import { Execution } from './executor.js';

/**
 * Keeps the process alive when a job lets an error escape its promise (a rejection nobody awaited, a throw
 * in a timer) and fails the run it came from. Returns a function that takes the handlers away again.
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
