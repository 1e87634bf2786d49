import type { createPool } from '@job-manager/engine/database/client';
import type { Connection } from './bulk-insert.js';
import type { Drift } from './counters.js';
import { writePeople } from './history/people.js';
import { writeHistory } from './history/write-history.js';
import type { MediaItem } from './media.js';
import { type RenderPicture, writeMediaFiles } from './media-files.js';
import { createNetwork, type Network } from './network.js';
import { TABLE_NAMES, type TableName, tableInSql, writeTable } from './tables.js';
import { DAY_MS } from './time.js';

type Pool = ReturnType<typeof createPool>;

export interface SeedOptions {
  pool: Pool;
  /** Made when it isn't there; files in it that come from elsewhere stay as they are. */
  mediaDir: string;
  /** Members, at least 2; 1,000 when not set. */
  users?: number;
  seed?: number;
  /** The end of the 90 days; the start of today (UTC) when not set, so that two runs on one day agree. */
  now?: Date;
  /** Days of invented runs, with schedules and channels, up to `now` or this moment; 14 when not set, 0 for none. */
  historyDays?: number;
  /** What makes the bytes of a picture instead of the painter, for tests: painting is most of the work. */
  render?: RenderPicture;
  onProgress?: (phase: string) => void;
}

export interface SeedSummary {
  rows: Record<TableName, number>;
  media: { files: number; corrupt: number; orphans: number; missing: number };
  /** Rows whose counters are wrong on purpose. */
  drifted: Drift;
  /** Invented runs. */
  runs: number;
}

/** The database has data of the sample's kind already; adding more would mix two networks. */
export class NotEmptyError extends Error {}

/** Any number that no other program uses for an advisory lock: of two processes seeding at once, one sees the other's rows. */
const SEED_LOCK = 7_021_985;
/** Rows in any of them mean that a network is there. */
const ROOTS: readonly TableName[] = ['User', 'Profile', 'Interest', 'Quiz', 'Post', 'Media'];

/** Whether the database has no network yet. Accounts may exist. */
export async function isEmpty(connection: Pick<Pool, 'query'>): Promise<boolean> {
  return (await filledTables(connection)).length === 0;
}

/**
 * Fills an empty database and the media folder with a social network: the same `seed`, `users` and `now`
 * give the same rows and the same files. All rows become visible at once, or none. Throws NotEmptyError
 * when there is a network already.
 */
export async function seedSampleData(options: SeedOptions): Promise<SeedSummary> {
  const { users = 1_000, onProgress = () => {} } = options;
  if (!Number.isInteger(users) || users < 2) throw new RangeError('A network needs at least 2 users');
  const client = await options.pool.connect();
  try {
    await client.query('BEGIN');
    const summary = await seedWith(client, { ...options, users, onProgress });
    await client.query('COMMIT');
    onProgress('updating statistics');
    for (const table of [...TABLE_NAMES.map(tableInSql), ...HISTORY_TABLES]) await client.query(`ANALYZE ${table}`);
    return summary;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  } finally {
    client.release();
  }
}

type Settled = SeedOptions & Required<Pick<SeedOptions, 'users' | 'onProgress'>>;

async function seedWith(client: Connection, options: Settled): Promise<SeedSummary> {
  await client.query('SELECT pg_advisory_xact_lock($1)', [SEED_LOCK]);
  const filled = await filledTables(client);
  if (filled.length > 0)
    throw new NotEmptyError(`There is data already in ${filled.join(', ')}; reset the database first`);

  options.onProgress(`inventing ${options.users} people`);
  const seed = options.seed ?? 42;
  const network = createNetwork({
    ...{ firstUserId: 1, takenEmails: await emailsOfAccounts(client) },
    ...{ users: options.users, seed, now: (options.now ?? today()).getTime() },
  });

  const files = writeMediaFiles(network.media, options.mediaDir, { seed, render: options.render });
  const tables = writeTables(client, network, options);
  // Whichever fails, the other must not go on behind the caller's back.
  await Promise.allSettled([files, tables]);
  await tables;
  const filesWritten = await files;
  // Their rows come last: a file whose name was taken has got another.
  await write(client, network, 'Media', options);
  const runs = await writeRuns(client, network, { ...options, seed });
  return { ...summarise(network, filesWritten), runs };
}

const HISTORY_TABLES = ['"JobRun"', '"JobRunMessage"', '"JobRunAttempt"', '"JobRunCount"'];

async function writeRuns(client: Connection, { rows }: Network, options: Settled & { seed: number }): Promise<number> {
  const { historyDays: days = 14, now: until = new Date(), seed, onProgress } = options;
  if (days === 0) return 0;
  onProgress(`writing runs of ${days} days`);
  const people = await writePeople(client, rows.User.slice(0, 2));
  return writeHistory(client, { seed, until, days, people });
}

async function writeTables(client: Connection, network: Network, options: Settled): Promise<void> {
  for (const table of TABLE_NAMES.filter((name) => name !== 'Media')) await write(client, network, table, options);
  options.onProgress(`painting ${network.media.length} pictures`);
}

async function write(client: Connection, network: Network, table: TableName, { onProgress }: Settled): Promise<void> {
  onProgress(`writing ${network.rows[table].length} rows of ${table}`);
  await writeTable(client, table, network.rows[table]);
}

/** Members have other addresses than the people who sign in. */
async function emailsOfAccounts(client: Connection): Promise<Set<string>> {
  const { rows } = await client.query('SELECT email FROM "User"');
  return new Set(rows.map((row) => String(row.email).toLowerCase()));
}

async function filledTables(connection: Connection): Promise<TableName[]> {
  const exist = ROOTS.map((table) => `EXISTS (SELECT FROM ${tableInSql(table)}) AS "${table}"`).join(', ');
  const { rows } = await connection.query(`SELECT ${exist}`);
  return ROOTS.filter((table) => rows[0]?.[table] === true);
}

function summarise({ rows, media, drifted }: Network, files: number): Omit<SeedSummary, 'runs'> {
  const counts = TABLE_NAMES.map((table) => [table, rows[table].length]);
  const fated = (fate: MediaItem['fate']) => media.filter((item) => item.fate === fate).length;
  return {
    rows: Object.fromEntries(counts) as Record<TableName, number>,
    media: { files, corrupt: fated('corrupt'), orphans: fated('orphan'), missing: fated('missing') },
    drifted,
  };
}

function today(): Date {
  return new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS);
}
