import { writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import * as z from 'zod';
import { createPool } from '../database/client.js';
import { type AnyJob, defineJob, type JobContext, type JobServices } from '../queue/job.js';
import type { ServicesContext } from '../queue/services.js';

declare module '../queue/job.js' {
  interface JobServices {
    /** Of this test. */
    users?: pg.Pool;
    openedBy?: number;
  }
}

export function services({ databaseUrl, onClose }: ServicesContext): JobServices {
  const users = createPool(databaseUrl, { max: 1 });
  onClose(() => users.end());
  onClose(() => users.query(`INSERT INTO "Setting" (key, value) VALUES ($1, 'true')`, [`closed by ${process.pid}`]));
  return { users, openedBy: process.pid } as JobServices;
}

/** What the jobs of the isolation tests do, by name. */
const acts: Record<string, (ctx: JobContext) => unknown> = {
  succeed: () => ({ done: 1 }),
  query: async ({ services: { users, openedBy } }) => {
    const found = await users?.query<{ users: number }>('SELECT count(*)::int AS users FROM "User"');
    return { users: found?.rows[0]?.users, isOwn: openedBy === process.pid };
  },
  snooze: (ctx) => ctx.snooze(90_000, 'Not yet'),
  retryIn: (ctx) => ctx.retryIn(90_000, 'Later'),
  exit: () => process.exit(3),
  abort: () => process.abort(),
  segfault: () => {
    process.kill(process.pid, 'SIGSEGV');
    spin();
  },
  fillHeap: () => {
    const kept: object[] = [];
    for (;;) kept.push({ filler: new Array(1_000).fill(kept.length) });
  },
  reject: () => {
    void Promise.reject(new Error('Not awaited'));
    return new Promise(() => {});
  },
  throw: () => {
    throw new Error('As jobs do');
  },
  spin: (ctx) => {
    ctx.log.info('Into the loop', { pid: process.pid });
    ctx.setMetadata({ got: 'this far' });
    spin();
  },
  untilStopped: async (ctx) => {
    ctx.log.info('Waiting', { pid: process.pid });
    for (;;) await ctx.pause(5);
  },
  neverEnd: () => new Promise(() => {}),
  grow: async () => {
    const kept: Buffer[] = [];
    for (;;) {
      kept.push(Buffer.alloc(8 * 1024 * 1024, 1));
      await delay(5);
    }
  },
  report: async (ctx) => {
    ctx.pipeline([{ id: 'read' }, { id: 'write', weight: 3 }]);
    for (let n = 1; n <= 2_000; n++) {
      ctx.log.info(`Line ${n}`, { n });
      ctx.step('read').progress(n / 2_000);
    }
    ctx.step('write').start('Writing');
    ctx.setMetadata({ lines: 2_000 });
    return { last: 'word' };
  },
  reportAndCrash: (ctx) => {
    for (let n = 1; n <= 500; n++) ctx.log.info(`Line ${n}`);
    ctx.setMetadata({ lines: 500 });
    ctx.progress(0.5, 'Half');
    process.abort();
  },
  reportTooMuch: (ctx) => {
    ctx.log.warn('x'.repeat(1_000_000), { huge: 'y'.repeat(1_000_000) });
    return { small: 1, huge: 'z'.repeat(1_000_000), after: 2 };
  },
  compute: () => {
    const before = process.cpuUsage();
    let used = { user: 0, system: 0 };
    while (used.user + used.system < 300_000) used = process.cpuUsage(before);
  },
  allocate: async () => {
    Buffer.alloc(100 * 1024 * 1024, 1);
  },
  write: () => {
    for (let n = 1; n <= 1_000; n++) console.log(`Printed ${n} password=hunter2`);
    console.error('And then an error');
  },
  reportNonsense: () => {
    writeSync(4, 'no report\n');
    return new Promise(() => {});
  },
};

function spin(): void {
  for (;;);
}

const definition = {
  description: 'Does what its parameter names',
  examples: ['tsx scripts/runJobs.ts isolated'],
  algorithmVersion: '1',
  maxAttempts: 1,
  parameters: z.strictObject({ act: z.string().default('succeed') }),
  run: async (ctx: JobContext, { act }: { act: string }) =>
    (await acts[act]?.(ctx)) as Record<string, unknown> | undefined,
};

export const jobs: AnyJob[] = [
  defineJob({ ...definition, name: 'isolated', isolated: true }),
  defineJob({ ...definition, name: 'brief', isolated: true, timeoutMs: 1_000 }),
  defineJob({ ...definition, name: 'narrow', isolated: true, memoryLimitMb: 256 }),
  defineJob({
    ...definition,
    name: 'poisonous',
    isolated: true,
    maxAttempts: 9,
    maxCrashes: 2,
    retry: { backoffMs: 1 },
  }),
  defineJob({ ...definition, name: 'inside' }),
];
