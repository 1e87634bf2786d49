import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { createPool } from '../database/client.js';
import { acquireEmbeddedDatabase, type EmbeddedDatabase } from '../database/embedded.js';
import { migrate } from '../database/migrate.js';
import { Listener } from '../store/listener.js';
import { Notifier } from '../store/notifier.js';
import { QueueEvents } from './events.js';
import { defineJob } from './job.js';
import { createQueue } from './queue.js';
import { createRedaction } from './redaction.js';
import { createRegistry } from './registry.js';
import { Runner } from './runner.js';
import { SYSTEM } from './system-actor.js';

const opened = new Map<string, () => void>();
const gate = defineJob({
  name: 'gate',
  description: 'Waits to be let through',
  examples: ['tsx scripts/runJobs.ts gate'],
  algorithmVersion: '1',
  parameters: z.strictObject({}),
  run: (ctx) => new Promise((open) => opened.set(ctx.runId, () => open())),
});

let folder: string;
let server: EmbeddedDatabase;
const start = () =>
  acquireEmbeddedDatabase({ dataDir: folder, home: join(folder, 'postgres'), settings: ['fsync=off'] });
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'job-manager-outage-'));
  const { chmod } = await import('node:fs/promises');
  await chmod(folder, 0o755);
  server = await start();
  await migrate(server.url);
});
afterAll(async () => {
  await server.release();
  await rm(folder, { recursive: true, force: true });
});

it('waits for a database that goes away, and goes on when it is back', async () => {
  const pool = createPool(server.url);
  const notifier = new Notifier(pool);
  const registry = createRegistry([gate]);
  const queue = createQueue({ sql: pool, registry, notifier, stalledAfterMs: 300_000 });
  const listener = new Listener(server.url, ['queued', 'cancel']);
  const events = new QueueEvents();
  const runner = new Runner({
    sql: pool,
    databaseUrl: server.url,
    registry,
    kind: 'WORKER',
    host: 'here',
    version: 'test',
    settings: {
      concurrency: 5,
      pollMs: 50,
      heartbeatMs: 100,
      stalledAfterMs: 60_000,
      drainMs: 5_000,
      messagesPerRun: 1_000,
    },
    redaction: createRedaction(''),
    events,
    notifier,
    listener,
  });
  const request = { jobName: 'gate', parameters: {}, trigger: 'MANUAL' as const };
  const runs = await Promise.all(Array.from({ length: 8 }, () => queue.enqueue(request, SYSTEM)));
  await listener.start();
  await runner.start();
  await vi.waitFor(() => expect(opened.size).toBe(5));

  const gone = new Promise((resolve) => events.once('databaseUnreachable', resolve));
  await server.release();
  await gone;
  // Five jobs end while no notification can be sent.
  for (const open of opened.values()) open();
  server = await start();

  await vi.waitFor(() => expect(opened.size).toBe(8));
  for (const open of opened.values()) open();
  await vi.waitFor(async () => {
    const { rows } = await pool.query('SELECT status, attempt, count(*)::int AS runs FROM "JobRun" GROUP BY 1, 2');
    expect(rows).toEqual([{ status: 'SUCCESS', attempt: 1, runs: runs.length }]);
  });
  await vi.waitFor(() => expect(listener.isConnected).toBe(true));

  await runner.stop();
  await listener.close();
  await pool.end();
});
