import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { acquireEmbeddedDatabase } from '../database/embedded.js';
import { migrate } from '../database/migrate.js';

/** One PostgreSQL for all test files, without the waits that only durable data needs. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'job-manager-test-'));
  await chmod(folder, 0o755);
  const server = await acquireEmbeddedDatabase({
    dataDir: folder,
    home: join(folder, 'postgres'),
    // Circles of waits are noticed sooner, too.
    settings: ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'deadlock_timeout=400ms'],
  });
  const template = new URL(server.url);
  template.pathname = '/template_jobs';
  await withClient(server.url, (client) => client.query('CREATE DATABASE template_jobs'));
  await migrate(template.href);
  project.provide('templateUrl', template.href);
  return async () => {
    await server.release();
    await rm(folder, { recursive: true, force: true });
  };
}

async function withClient(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await work(client).finally(() => client.end());
}
