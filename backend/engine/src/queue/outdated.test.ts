import { createClient } from '@job-manager/client/client';
import pino from 'pino';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { embeddedConfig } from '../config.js';
import { createTestDatabase, type TestDatabase } from '../testing/database.js';
import { echo } from '../testing/echo-job.js';
import { type RunningWorker, startWorker } from '../worker.js';

let database: TestDatabase;
let worker: RunningWorker;
const end = vi.fn();
const written: { level: number; msg: string }[] = [];
const log = pino({ level: 'error' }, { write: (line: string) => void written.push(JSON.parse(line)) });
beforeAll(async () => {
  database = await createTestDatabase();
  const config = embeddedConfig(database.url, { DATABASE_SCHEMA: 'public', JOBS_POLL_MS: 100 });
  worker = await startWorker({
    ...{ config, databaseUrl: database.url, kind: 'WORKER', log, jobs: [echo], isGuest: true },
    supervisor: { canRestart: false, end },
  });
  await worker.declared;
});
afterAll(async () => {
  await worker.stop();
  await database.drop();
});

const sql = (text: string, values: unknown[] = []) => database.pool.query(text, values);
async function enqueue(): Promise<string> {
  const client = createClient({ connectionString: database.url });
  const { jobRunId } = await client.enqueue({ jobName: 'echo' });
  await client.close();
  return jobRunId;
}
const rename = (from: string, to: string) => sql(`ALTER TABLE "JobRun" RENAME COLUMN "${from}" TO "${to}"`);
const untilDone = (id: string) =>
  vi.waitFor(async () => {
    const { rows } = await sql('SELECT status FROM "JobRun" WHERE id = $1', [id]);
    expect(rows).toEqual([{ status: 'SUCCESS' }]);
  });

it('A runner goes on where a column is missing that no newer version took away', async () => {
  await rename('queueDelayMs', 'waitedMs');
  const id = await enqueue();
  await vi.waitFor(() => expect(written.length).toBeGreaterThan(1));
  await rename('waitedMs', 'queueDelayMs');
  await untilDone(id);
  expect(end).not.toHaveBeenCalled();
});

it('A runner goes on while newer tables take its statements, and ends with a sentence once they refuse one', async () => {
  await sql(
    `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('later', '', '99990101000000_later', now())`,
  );
  await untilDone(await enqueue());
  expect(end).not.toHaveBeenCalled();

  await rename('queueDelayMs', 'waitedMs');
  await enqueue();
  await vi.waitFor(() => expect(end).toHaveBeenCalled());
  expect(end.mock.calls).toEqual([['outdated']]);
  expect(written.filter(({ level }) => level === pino.levels.values.fatal).map(({ msg }) => msg)).toEqual([
    expect.stringMatching(
      /^This version is too old for its tables and ends: a newer version applied the migration 99990101000000_later, and PostgreSQL refuses .*queueDelayMs.* start the newer version here$/,
    ),
  ]);
});
