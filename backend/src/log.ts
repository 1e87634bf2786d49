import pino from 'pino';
import type { Config } from './config.js';

/**
 * Lines are gathered and written together, a tenth of a second late at most: one by one, what a job says cost it more
 * here than on its way into the database. What waits is written when the process ends, unless it is killed; where
 * nobody takes it, memory is not to grow with it.
 */
const GATHERED = { dest: 1, sync: false, minLength: 4_096, periodicFlush: 100, maxLength: 16 * 1024 * 1024 };

/** JSON lines on standard output; readable ones where a person watches. */
export function createLog(config: Config, name: string): pino.Logger {
  const options = {
    name,
    level: config.LOG_LEVEL,
    redact: ['password', '*.password', 'token', '*.token', 'req.headers'],
  };
  if (!process.stdout.isTTY) return pino(options, pino.destination(GATHERED));
  return pino({
    ...options,
    transport: { target: 'pino-pretty', options: { ignore: 'pid,hostname,name', translateTime: 'HH:MM:ss' } },
  });
}
