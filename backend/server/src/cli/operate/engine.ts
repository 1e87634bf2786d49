import type { Actor } from '@job-manager/client/actor';
import { notInstalled } from '@job-manager/client/errors';
import { type Config, readConfig } from '@job-manager/engine/config';
import type { createPool } from '@job-manager/engine/database/client';
import type { AnyJob } from '@job-manager/engine/queue/job';
import type { Queue } from '@job-manager/engine/queue/queue';
import type { Redaction } from '@job-manager/engine/queue/redaction';
import type { Registry } from '@job-manager/engine/queue/registry';
import { printableJson } from '@job-manager/shared/terminal-text';
import type { Command } from 'commander';
import { actorOf } from '../actor.js';
import { Refusal, runCommand } from '../refusal.js';
import { printLine } from '../terminal.js';

type Pool = ReturnType<typeof createPool>;

export interface Engine {
  sql: Pool;
  queue: Queue;
  registry: Registry;
  actor: Actor;
  redaction: Redaction;
}

/** Where the commands find the database and the code of jobs. */
export interface EngineSource {
  /** How the audit log names it. */
  program: string;
  /** Jobs whose code is here; those of other processes are known by what they have declared. */
  loadJobs(): Promise<AnyJob[]>;
  /** Opens the database, works with it and leaves it. */
  withDatabase<T>(config: Config, work: (pool: Pool) => Promise<T>): Promise<T>;
}

const sources = new WeakMap<Command, EngineSource>();

/** Sets where the commands of this program find database and code. */
export const setSource = (program: Command, source: EngineSource): void => void sources.set(program, source);

function sourceOf(command: Command): EngineSource {
  for (let program: Command | null = command; program !== null; program = program.parent) {
    const source = sources.get(program);
    if (source !== undefined) return source;
  }
  throw new Error(`The command ${command.name()} is part of no program with a database`);
}

/** What a command prints: JSON as the API would answer it, and the same as text. */
export interface Output {
  json: unknown;
  text: string;
}

/** Runs a command with the engine over the configured database, and prints its output. */
export function withEngine(command: Command, work: (engine: Engine) => Promise<Output>): Promise<void> {
  return runCommand(async () => {
    const source = sourceOf(command);
    const output = await source.withDatabase(readConfig(), (pool) => runWithEngine(pool, source, work));
    const { json } = command.optsWithGlobals<{ json?: boolean }>();
    printLine(json ? printableJson(output.json, 2) : output.text);
  });
}

async function runWithEngine(
  sql: Pool,
  source: EngineSource,
  work: (engine: Engine) => Promise<Output>,
): Promise<Output> {
  // Only now, for in a clone they need the generated client, which is made where it is missing.
  const [
    jobs,
    { createRegistry },
    { createQueue },
    { Notifier },
    { QueueError },
    { createRedaction },
    { listJobSettings },
    { readDeclaredJobs },
  ] = await Promise.all([
    source.loadJobs(),
    import('@job-manager/engine/queue/registry'),
    import('@job-manager/engine/queue/queue'),
    import('@job-manager/engine/store/notifier'),
    import('@job-manager/engine/queue/errors'),
    import('@job-manager/engine/queue/redaction'),
    import('@job-manager/engine/store/job-settings'),
    import('@job-manager/engine/store/jobs'),
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
    const declared = await readDeclaredJobs(sql, registry.names(), new Map());
    registry.setDeclared([...declared.values()].flatMap(({ definition }) => definition ?? []));
    return await work({
      sql,
      queue,
      registry,
      actor: actorOf(source.program),
      redaction: createRedaction(config.JOBS_REDACT_KEYS),
    });
  } catch (error) {
    const refused = error instanceof QueueError ? error : notInstalled(error, config.DATABASE_SCHEMA);
    throw refused ? new Refusal(refused.message) : error;
  } finally {
    await notifier.flush();
  }
}
