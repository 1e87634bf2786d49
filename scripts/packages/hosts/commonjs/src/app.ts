import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createJobManager } from '@job-manager/server';
import express from 'express';
import { jobs, jobsModule, services } from './jobs';

const app = express();
app.use(express.json());
const server = createServer(app);
const jobManager = createJobManager({
  databaseUrl: process.env.DATABASE_URL ?? '',
  jobs,
  jobsModule,
  services,
  path: '/ops/jobs',
  // A real application reads its session or token here.
  identify: (request) =>
    request.headers.authorization === 'Token ada' ? { id: '1', email: 'ada@example.com', role: 'SUPER_ADMIN' } : null,
  runner: process.env.RUNNER === 'none' ? 'none' : 'here',
  settings: { LOG_LEVEL: 'warn' },
});
app.use('/ops/jobs', jobManager.router);
app.get('/', (_request, response) => {
  response.send('The application');
});
jobManager.attach(server);

server.listen(0, '127.0.0.1', async () => {
  await jobManager.start();
  console.log(JSON.stringify({ port: (server.address() as AddressInfo).port }));
});
process.once('SIGTERM', async () => {
  server.close();
  await jobManager.close();
  process.exit(0);
});
