import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createPool } from '@job-manager/engine/database/client';
import { withSchema } from '@job-manager/engine/database/schema';
import { readViolations } from '@job-manager/engine/store/violations';
import {
  FORMER_SCHEMA,
  makeFormerDatabase,
  RUNS_FINGERPRINT,
  WRONG_KEYS,
} from '@job-manager/engine/testing/former-database';
import { isFull } from '@job-manager/engine/testing/size';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { FaultDatabase } from './world/fault-database.js';
import { expectWithin } from './world/machine.js';
import { Program } from './world/program.js';
import { reportFinding } from './world/report.js';

const RUNS = 1_000_000;
/** For as long as that nothing is claimed. */
const MAX_STANDSTILL_MS = 10_000;
/** How the scripts begin that are killed while PostgreSQL is at them. */
const MIGRATIONS = { keys: '-- A key is a row', partitions: '-- Runs in partitions' };
const PROGRAM = fileURLToPath(new URL('./world/migrate-program.ts', import.meta.url));

let folder: string;
let database: FaultDatabase;
let pool: ReturnType<typeof createPool>;
beforeAll(async () => {
  if (!isFull) return;
  folder = await mkdtemp(join(tmpdir(), 'job-manager-faults-'));
  // PostgreSQL may run under another account, which must be able to enter.
  await chmod(folder, 0o755);
  database = await FaultDatabase.start(folder);
  await makeFormerDatabase(database.url, RUNS);
  pool = createPool(url(), { max: 2 });
  // Else each crash would be followed by all of that once more.
  await pool.query('CHECKPOINT');
}, 600_000);
afterAll(async () => {
  if (!isFull) return;
  await pool?.end();
  await database?.close();
  await rm(folder, { recursive: true, force: true });
});

const url = () => withSchema(database.url, FORMER_SCHEMA);
const rows = async (text: string) => (await pool.query(text)).rows;
const startMigration = () =>
  new Program(PROGRAM, { env: { DATABASE_URL: url() }, log: join(folder, 'migrations.log') });

it.runIf(isFull)(`migrates ${RUNS} runs of an older version in place, however often it is killed before`, async () => {
  const before = await rows(RUNS_FINGERPRINT);
  let deaths = 0;
  const die = async (migration: keyof typeof MIGRATIONS, how: (program: Program) => Promise<unknown>) => {
    const program = startMigration();
    await untilAt(MIGRATIONS[migration]);
    await how(program);
    expect(await program.exited).not.toBe(0);
    await untilNobodyMigrates();
    expect(await rows(RUNS_FINGERPRINT)).toEqual(before);
    deaths += 1;
  };
  await die('keys', (program) => program.kill());
  await die('keys', () => database.crash());
  await die('partitions', (program) => program.kill());
  await die('partitions', () => database.crash());
  expect(await rows(`SELECT relkind FROM pg_class WHERE oid = '"JobRun"'::regclass`)).toEqual([{ relkind: 'r' }]);

  const last = startMigration();
  await last.ready;
  const from = performance.now();
  expect(await last.exited).toBe(0);
  const standstillMs = Math.round(performance.now() - from);
  expect(await rows(RUNS_FINGERPRINT)).toEqual(before);
  expect(await rows(WRONG_KEYS)).toEqual([{ wanted: 0.3 * RUNS, missing: 0, surplus: 0 }]);
  // So they held before as well, for the rows were the same.
  expect(await readViolations(pool)).toEqual({});
  const [found] = await rows(
    `SELECT count(*)::int AS runs, count(DISTINCT id)::int AS ids, count(*) FILTER (WHERE "finishedAt" IS NULL)::int AS active FROM "JobRun"`,
  );
  expect(found).toEqual({ runs: RUNS, ids: RUNS, active: 0.3 * RUNS });
  expectWithin('the last start, with all of the migration after its first part', standstillMs, MAX_STANDSTILL_MS, 'ms');
  reportFinding(
    'migration killed',
    { what: 'deaths of the migration or its database', count: deaths, target: 4 },
    { runs: RUNS, lost: RUNS - found.ids, doubled: found.runs - found.ids, stuck: 0 },
    [`runs in all states, of a version without partitions, then migrated in ${standstillMs} ms`],
  );
});

/** Waits until PostgreSQL is at the migration that has this text. */
const untilAt = (text: string) =>
  vi.waitFor(
    async () => {
      const found = await rows(
        `SELECT FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() AND position('${text}' IN query) > 0`,
      );
      expect(found.length).toBe(1);
    },
    { timeout: 60_000, interval: 20 },
  );

/** PostgreSQL notices at the end of a statement that its client is gone. */
const untilNobodyMigrates = () =>
  vi.waitFor(
    async () => {
      const found = await rows(
        `SELECT FROM pg_locks WHERE locktype = 'advisory' UNION ALL SELECT FROM pg_stat_activity WHERE state <> 'idle' AND pid <> pg_backend_pid() AND backend_type = 'client backend'`,
      );
      expect(found.length).toBe(0);
    },
    { timeout: 120_000, interval: 50 },
  );
