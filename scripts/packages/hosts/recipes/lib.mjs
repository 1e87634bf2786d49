import { defineJob } from '@job-manager/server';
import * as z from 'zod';

// What each of these applications has beside its way of telling who is there.

export const jobs = [
  defineJob({
    name: 'send-mail',
    description: 'Sends a mail',
    parameters: z.strictObject({ to: z.string().default('ada@example.com') }),
    run: async (_ctx, { to }) => ({ to }),
  }),
];

export const options = {
  databaseUrl: process.env.DATABASE_URL,
  jobs,
  path: '/ops/jobs',
  settings: { DATABASE_SCHEMA: 'job_manager', LOG_LEVEL: 'warn' },
};

export const secret = 'a secret of the application, long enough';
/** The people of the application. */
export const people = new Map([
  ['7', { id: '7', email: 'ada@example.com', isAdmin: true }],
  ['8', { id: '8', email: 'bob@example.com', isAdmin: false }],
]);

/** Starts the application on a free port, and returns it. */
export function listen(server, jobManager) {
  server.listen(0, '127.0.0.1', () => started(server, jobManager));
}

export async function started(server, jobManager, close = () => server.close()) {
  await jobManager.start();
  console.log(JSON.stringify({ port: server.address().port }));
  process.once('SIGTERM', async () => {
    server.closeAllConnections();
    await close();
    await jobManager.close();
    process.exit(0);
  });
}
