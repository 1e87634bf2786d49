import pino from 'pino';
import type { Config } from './config.js';

/** JSON lines on standard output; readable ones where a person watches. */
export function createLog(config: Config, name: string): pino.Logger {
  const options = {
    name,
    level: config.LOG_LEVEL,
    redact: ['password', '*.password', 'token', '*.token', 'req.headers'],
  };
  if (!process.stdout.isTTY) return pino(options);
  return pino({
    ...options,
    transport: { target: 'pino-pretty', options: { ignore: 'pid,hostname,name', translateTime: 'HH:MM:ss' } },
  });
}
