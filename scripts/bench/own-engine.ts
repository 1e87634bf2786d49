import { hostname } from 'node:os';
import { createPool } from '@job-manager/engine/database/client';
import { QueueEvents } from '@job-manager/engine/queue/events';
import type { AnyJob } from '@job-manager/engine/queue/job';
import { createQueue, type Queue } from '@job-manager/engine/queue/queue';
import { createRedaction } from '@job-manager/engine/queue/redaction';
import { createRegistry } from '@job-manager/engine/queue/registry';
import { Runner } from '@job-manager/engine/queue/runner';
import { Listener } from '@job-manager/engine/store/listener';
import { Notifier } from '@job-manager/engine/store/notifier';
import type { Bench } from './bench.js';

export interface OwnEngine {
  queue: Queue;
  runner: Runner;
}

/**
 * Works with a queue and a runner in this process, for jobs that the product doesn't have; the settings are
 * the product's defaults. The runner is the work's to start; it is stopped afterwards.
 */
export async function withOwnEngine<T>(
  bench: Bench,
  jobs: AnyJob[],
  work: (engine: OwnEngine) => Promise<T>,
): Promise<T> {
  const sql = createPool(bench.databaseUrl, { max: 5 });
  const notifier = new Notifier(sql);
  const registry = createRegistry(jobs);
  const listener = new Listener(bench.databaseUrl, ['queued', 'cancel']);
  const runner = new Runner({
    sql,
    databaseUrl: bench.databaseUrl,
    registry,
    settings: {
      concurrency: 10,
      pollMs: 1_000,
      heartbeatMs: 30_000,
      stalledAfterMs: 300_000,
      drainMs: 1_000,
      messagesPerRun: 100_000,
    },
    redaction: createRedaction(''),
    kind: 'WORKER',
    host: hostname(),
    version: 'bench',
    events: new QueueEvents(),
    notifier,
    listener,
  });
  try {
    await listener.start();
    return await work({ queue: createQueue({ sql, registry, notifier, stalledAfterMs: 300_000 }), runner });
  } finally {
    await runner.stop();
    await listener.close();
    await notifier.flush();
    await sql.end();
  }
}
