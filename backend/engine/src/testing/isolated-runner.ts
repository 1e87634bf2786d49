import { IsolatedProcess } from '../queue/isolation/isolated-process.js';
import { createRedaction } from '../queue/redaction.js';

// A runner's process, to be killed: it has one process that is in an endless loop and one that waits.

const setup = {
  jobsModule: process.env.JOBS_MODULE ?? '',
  databaseUrl: '',
  needsServices: false,
  redactKeys: '',
};
const open = () => new IsolatedProcess({ setup, redaction: createRedaction(''), onOutput: () => {} });

const [busy, idle] = [open(), open()];
await Promise.all([busy.ready(), idle.ready()]);
const run = { id: '1', jobName: 'isolated', parameters: { act: 'spin' }, attempt: 1, claimNo: 1, leaseToken: 'a' };
const limits = {
  channel: 'default',
  priority: 0,
  dependsOn: null,
  correlationId: null,
  traceparent: null,
  startedAt: new Date(),
  timeoutMs: null,
  maxAttempts: 1,
  retryPolicy: null,
  crashes: 0,
  maxCrashes: 1,
};
void busy.execute(
  { ...run, ...limits },
  { onReport: () => process.send?.([busy.pid, idle.pid]), onStopping: () => {}, onSample: () => {} },
);
