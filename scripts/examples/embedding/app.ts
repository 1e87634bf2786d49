import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createJobManager, SYSTEM } from '@job-manager/server';
import { openDatabase } from './database.js';
import { jobs } from './jobs.js';
import { createShop } from './shop.js';

// An application with Job Manager in it. In a fresh clone:
//   npx pnpm@10 prisma:generate && node --import tsx scripts/examples/embedding/app.ts

const shop = createShop();
const server = createServer(shop.app);
const database = await openDatabase();

const roles = { owner: 'SUPER_ADMIN', staff: 'ADMIN', customer: 'USER' } as const;
const jobManager = createJobManager({
  databaseUrl: database.url,
  jobs,
  path: '/ops/jobs',
  identify: (request) => {
    const person = shop.personOf(request);
    return person && { id: person.id, email: person.email, role: roles[person.position] };
  },
  signInUrl: '/login?back={next}',
  settings: { LOG_LEVEL: 'warn' },
});
shop.app.use('/ops/jobs', jobManager.router);
jobManager.attach(server);
await jobManager.start();

shop.onOrder((order) =>
  jobManager.queue.enqueue({ jobName: 'send-invoice', parameters: { order }, trigger: 'EVENT' }, SYSTEM),
);

server.listen(Number(process.env.PORT ?? 3001), '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  console.log(`The shop is at http://127.0.0.1:${port}, its jobs at http://127.0.0.1:${port}/ops/jobs`);
});

const stop = async () => {
  server.close();
  await jobManager.close();
  server.closeAllConnections();
  await database.release();
  process.exit();
};
process.once('SIGINT', () => void stop());
process.once('SIGTERM', () => void stop());
