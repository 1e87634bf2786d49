import { type CallOptions, type ClientOptions, createClient } from '@job-manager/client';
import { defineJob, type HostUser, type JobManagerOptions, startJobWorker } from '@job-manager/server';
import * as z from 'zod';

/** What an application may know or not is passed on as it is: nothing here is left out where it is undefined. */
const { SCHEMA, SIGN_IN_URL, PUBLIC_URL, CHANNEL, EMAIL } = process.env;
const attempts = CHANNEL === undefined ? undefined : 5;

export const maybe = defineJob({
  name: 'maybe',
  description: 'Leaves to the environment what it may',
  parameters: z.object({ article: z.number() }),
  channel: CHANNEL,
  maxAttempts: attempts,
  timeoutMs: attempts,
  schedules: [
    { name: 'maybe-daily', cron: '0 3 * * *', parameters: { article: 7 }, timeZone: SCHEMA, channel: CHANNEL },
  ],
  run: async (ctx) => ctx.fail('Not this time', { retry: attempts === undefined ? undefined : true }),
});

export const identify = (): HostUser => ({ id: 1, email: EMAIL, role: 'ADMIN' });
export const options = {
  databaseUrl: '',
  jobs: [maybe],
  path: '/ops/jobs',
  publicPath: PUBLIC_URL,
  signInUrl: SIGN_IN_URL,
  identify,
  settings: { PUBLIC_URL, JOBS_CONCURRENCY: attempts },
} satisfies JobManagerOptions;
export const work = () => startJobWorker({ databaseUrl: '', jobs: [maybe], settings: { JOBS_CONCURRENCY: attempts } });

const place: ClientOptions = { connectionString: '', schema: SCHEMA };
export const enqueue = (sql: CallOptions['sql']) =>
  createClient<[typeof maybe]>(place).enqueue(
    {
      jobName: 'maybe',
      parameters: { article: 7 },
      channel: CHANNEL,
      delayMs: attempts,
      correlationId: EMAIL,
      unique: EMAIL === undefined ? undefined : { key: EMAIL, periodMs: attempts },
    },
    { sql },
  );
