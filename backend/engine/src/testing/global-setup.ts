import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { acquireEmbeddedDatabase } from '../database/embedded.js';
import { migrate } from '../database/migrate.js';
import { makeDataFolder } from './data-folder.js';

interface TemplateDatabase {
  url: string;
  /** A database without tables. */
  emptyUrl: string;
  /** How many projects of vitest use it. */
  users: number;
  stop(): Promise<void>;
}

declare global {
  /** Of this process: each project of vitest loads this file anew. */
  var templateDatabase: Promise<TemplateDatabase> | undefined;
}

/** One PostgreSQL for all test files of all projects; the last project to end stops it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  globalThis.templateDatabase ??= startDatabase();
  const database = await globalThis.templateDatabase;
  database.users++;
  project.provide('templateUrl', database.url);
  // For tests that are written as those of an application are; inherited by the processes of all workers.
  process.env.TEST_DATABASE_URL ??= database.emptyUrl;
  return async () => {
    database.users--;
    if (database.users > 0) return;
    globalThis.templateDatabase = undefined;
    await database.stop();
  };
}

/** With a migrated template to copy from, and without the waits that only durable data needs. */
async function startDatabase(): Promise<TemplateDatabase> {
  const folder = await makeDataFolder('job-manager-test-');
  const server = await acquireEmbeddedDatabase({
    dataDir: folder,
    home: join(folder, 'postgres'),
    programs: process.env.TEST_POSTGRES_BIN,
    // Circles of waits are noticed sooner, too, and the planner gets figures when a test wants them, not when a minute is over.
    settings: [
      'fsync=off',
      'synchronous_commit=off',
      'full_page_writes=off',
      'deadlock_timeout=400ms',
      'autovacuum=off',
    ],
  });
  const template = new URL(server.url);
  template.pathname = '/template_jobs';
  await withClient(server.url, (client) => client.query('CREATE DATABASE template_jobs'));
  await migrate(template.href);
  return {
    url: template.href,
    emptyUrl: server.url,
    users: 0,
    stop: async () => {
      await server.release();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function withClient(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await work(client).finally(() => client.end());
}
