import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient } from '@job-manager/client';
import { createJobManager } from '@job-manager/server';
import express from 'express';
import { jobs } from './jobs.js';

const databaseUrl = process.env.DATABASE_URL ?? '';
const app = express();
const server = createServer(app);
const jobManager = createJobManager({
  databaseUrl,
  jobs,
  services: { followers: { notify: (article) => article * 10 } },
  path: '/ops/jobs',
  identify: (request) =>
    request.headers.authorization === 'Token ada' ? { id: '1', email: 'ada@example.com', role: 'SUPER_ADMIN' } : null,
  settings: { LOG_LEVEL: 'warn' },
});
app.use('/ops/jobs', jobManager.router);
jobManager.attach(server);
await jobManager.start();
const client = createClient({ connectionString: databaseUrl });
await client.enqueue({ jobName: 'notify-followers', parameters: { article: 8 } });
await client.close();
server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ port: (server.address() as AddressInfo).port }));
});
process.once('SIGTERM', async () => {
  server.close();
  await jobManager.close();
  process.exit(0);
});
