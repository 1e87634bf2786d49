import { Refusal, runCommand } from '@job-manager/backend/cli/refusal';
import { say } from '@job-manager/backend/cli/terminal';
import { readConfig } from '@job-manager/backend/config';
import type { Actor, Queue } from '@job-manager/backend/queue/queue';
import type { Redaction } from '@job-manager/backend/queue/redaction';
import type { Registry } from '@job-manager/backend/queue/registry';
import { printableJson } from '@job-manager/shared/terminal-text';
import type { Command } from 'commander';
import { type OpenDatabase, withDatabase } from '../database.js';
import { whoAsks } from '../who-asks.js';

export interface Engine {
  sql: OpenDatabase['pool'];
  queue: Queue;
  registry: Registry;
  actor: Actor;
  redaction: Redaction;
}

/** What a command tells: JSON as the API would answer it, and the same in words. */
export interface Told {
  json: unknown;
  words: string;
}

/** Runs a command with the engine over the configured database, and writes what it tells. */
export function withEngine(command: Command, work: (engine: Engine) => Promise<Told>): Promise<void> {
  return runCommand(async () => {
    const told = await withDatabase(readConfig(), ({ pool }) => ask(pool, work));
    const { json } = command.optsWithGlobals<{ json?: boolean }>();
    say(json ? printableJson(told.json, 2) : told.words);
  });
}

async function ask(sql: OpenDatabase['pool'], work: (engine: Engine) => Promise<Told>): Promise<Told> {
  // Only now, for they need the generated client.
  const [
    { jobs },
    { createRegistry },
    { createQueue },
    { Notifier },
    { QueueError },
    { createRedaction },
    { listJobSettings },
  ] = await Promise.all([
    import('@job-manager/backend/jobs/registry'),
    import('@job-manager/backend/queue/registry'),
    import('@job-manager/backend/queue/queue'),
    import('@job-manager/backend/store/notifier'),
    import('@job-manager/backend/queue/errors'),
    import('@job-manager/backend/queue/redaction'),
    import('@job-manager/backend/store/job-settings'),
  ]);
  const config = readConfig();
  const registry = createRegistry(jobs);
  const notifier = new Notifier(sql, config.DATABASE_SCHEMA);
  const queue = createQueue({
    sql,
    registry,
    notifier,
    stalledAfterMs: config.JOBS_STALLED_AFTER_MS,
    heartbeatMs: config.JOBS_HEARTBEAT_MS,
    forceFailAfterMs: config.JOBS_FORCE_FAIL_AFTER_MS,
  });
  try {
    registry.setOverrides(await listJobSettings(sql));
    return await work({
      sql,
      queue,
      registry,
      actor: whoAsks('jobs.ts'),
      redaction: createRedaction(config.JOBS_REDACT_KEYS),
    });
  } catch (error) {
    throw error instanceof QueueError ? new Refusal(error.message) : error;
  } finally {
    await notifier.flush();
  }
}
