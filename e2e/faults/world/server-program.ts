import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { readConfig } from '@job-manager/engine/config';
import { createLog } from '@job-manager/engine/log';
import { startServer } from '@job-manager/server/main';
import { createFaultJobs } from './fault-jobs.js';
import type { Word } from './program.js';

// The server as `pnpm start` starts it, with the jobs of this suite and able to report its vitals.
const config = readConfig();
const ended = new Promise<void>((resolve) => {
  process.once('SIGTERM', () => resolve());
  // The parent process is gone, killed perhaps.
  process.once('disconnect', () => resolve());
});
const sockets = new Set<Socket>();
subscribe('net.server.socket', (message) => {
  const { socket } = message as { socket: Socket };
  sockets.add(socket);
  socket.once('close', () => sockets.delete(socket));
});
const stalls = monitorEventLoopDelay({ resolution: 10 });
process.on('message', () => {
  const { rss, heapUsed } = process.memoryUsage();
  const mb = (bytes: number) => bytes / 2 ** 20;
  process.send?.({
    type: 'vitals',
    rssMb: mb(rss),
    heapMb: mb(heapUsed),
    longestStallMs: stalls.max / 1e6,
    maxBufferedKb: Math.max(0, ...[...sockets].map(({ writableLength }) => writableLength)) / 1024,
  } satisfies Word);
  stalls.reset();
});
const server = await startServer({
  config,
  databaseUrl: config.DATABASE_URL ?? '',
  log: createLog(config, 'server'),
  jobs: createFaultJobs(process.env.FAULTS_FOLDER ?? ''),
  // It starts no runners: those of this suite are processes of their own.
  jobsModule: '',
});
stalls.enable();
process.send?.({ type: 'ready', url: server.url } satisfies Word);
await ended;
await server.close();
process.exit(0);
