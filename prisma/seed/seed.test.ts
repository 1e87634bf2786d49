import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createPool } from '@job-manager/engine/database/client';
import { size } from '@job-manager/engine/testing/size';
import { createSampleDatabase, type SampleDatabase } from '@job-manager/sample/testing/sample-database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RenderPicture } from './media-files.js';
import { isEmpty, NotEmptyError, type SeedOptions, type SeedSummary, seedSampleData } from './seed.js';
import { TABLE_NAMES, type TableName } from './tables.js';

type Pool = ReturnType<typeof createPool>;

interface Sample {
  database: SampleDatabase;
  /** Of Job Manager's tables. */
  pool: Pool;
  mediaDir: string;
  summary: SeedSummary;
}

const USERS = size(24, 60);
/** Runs are for history.test.ts. */
const historyDays = 0;
const now = new Date('2026-03-01T00:00:00Z');
/** What the painter's tests are for takes a second for each network; here bytes that depend on the same things will do. */
const render: RenderPicture = async (picture, random) => Buffer.from(`${JSON.stringify(picture)} ${random.fraction()}`);
const leftovers: (() => Promise<void>)[] = [];
let sample: Sample;

beforeAll(async () => {
  sample = await seeded({});
});
afterAll(async () => {
  for (const remove of leftovers) await remove();
});

async function prepared(): Promise<Omit<Sample, 'summary'>> {
  const database = await createSampleDatabase();
  const pool = createPool(database.url);
  const mediaDir = await mkdtemp(join(tmpdir(), 'job-manager-seed-'));
  leftovers.push(async () => {
    await pool.end();
    await database.drop();
    await rm(mediaDir, { recursive: true });
  });
  return { database, pool, mediaDir };
}

async function seeded(options: Partial<SeedOptions>): Promise<Sample> {
  const { database, pool, mediaDir } = await prepared();
  const summary = await seedSampleData({
    pool,
    mediaDir,
    users: USERS,
    seed: 7,
    now,
    render,
    historyDays,
    ...options,
  });
  return { database, pool, mediaDir, summary };
}

async function digestOfTables({ database }: Sample): Promise<Record<string, string>> {
  const digests = TABLE_NAMES.map(async (table) => {
    const { rows } = await database.pool.query(
      `SELECT md5(string_agg(t::text, '|' ORDER BY t::text COLLATE "C")) AS digest FROM "${table}" t`,
    );
    return [table, rows[0].digest];
  });
  return Object.fromEntries(await Promise.all(digests));
}

async function filesOf({ mediaDir }: Sample): Promise<Record<string, string>> {
  const entries = await readdir(mediaDir, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const digests = paths.map(async (path) => {
    const [bytes, { mtimeMs }] = await Promise.all([readFile(path), stat(path)]);
    const digest = createHash('sha256').update(bytes).digest('hex');
    return [path.slice(mediaDir.length + 1).replaceAll('\\', '/'), `${digest} ${Math.round(mtimeMs)}`];
  });
  return Object.fromEntries(await Promise.all(digests));
}

async function fileNamesInRows({ database }: Sample): Promise<string[]> {
  const { rows } = await database.pool.query('SELECT "fileName" FROM "Media"');
  return rows.map((row) => row.fileName);
}

it('gives the same rows and files for the same seed', async () => {
  const again = await seeded({});
  expect(await digestOfTables(again)).toEqual(await digestOfTables(sample));
  expect(await filesOf(again)).toEqual(await filesOf(sample));
});

it('gives other rows and files for another seed', async () => {
  const other = await seeded({ seed: 8 });
  const [before, after] = await Promise.all([digestOfTables(sample), digestOfTables(other)]);
  for (const table of ['User', 'Profile', 'Post', 'Reaction', 'Media']) expect(after[table]).not.toBe(before[table]);
  expect(await filesOf(other)).not.toEqual(await filesOf(sample));
});

it('reports the rows that are there', async () => {
  const counts = TABLE_NAMES.map(async (table): Promise<[TableName, number]> => {
    const { rows } = await sample.database.pool.query(`SELECT count(*)::int AS count FROM "${table}"`);
    return [table, rows[0].count];
  });
  expect(Object.fromEntries(await Promise.all(counts))).toEqual(sample.summary.rows);
  expect(Math.min(...Object.values(sample.summary.rows))).toBeGreaterThan(0);
});

it('makes members who cannot be written to', async () => {
  const { rows } = await sample.database.pool.query(
    `SELECT * FROM "User" WHERE email !~ '^[a-z0-9.]+@example\\.(com|org)$'`,
  );
  expect(rows).toEqual([]);
});

it('numbers members from 1 and lets the next one come after them', async () => {
  const first = await sample.database.pool.query('SELECT min(id) AS least, max(id) AS most FROM "User"');
  expect(first.rows[0]).toEqual({ least: 1, most: USERS });
  const admin = await sample.database.db.user.create({ data: { email: 'admin@example.net' } });
  await sample.database.db.user.delete({ where: { id: admin.id } });
  expect(admin.id).toBe(USERS + 1);
});

it('gives media no metadata: finding it is a job', async () => {
  const { rows } = await sample.database.pool.query(
    `SELECT id FROM "Media" WHERE "metadataStatus" <> 'PENDING' OR coalesce(format, checksum) IS NOT NULL OR width > 0`,
  );
  expect(rows).toEqual([]);
});

it('leaves orphaned files, rows without a file, and pairs', async () => {
  const files = new Set(Object.keys(await filesOf(sample)));
  const names = new Set(await fileNamesInRows(sample));
  const orphans = [...files].filter((file) => !names.has(file));
  const missing = [...names].filter((name) => !files.has(name));
  expect({ orphans: orphans.length, missing: missing.length }).toEqual({
    orphans: sample.summary.media.orphans,
    missing: sample.summary.media.missing,
  });
  expect(orphans.length).toBeGreaterThan(1);
  expect(missing.length).toBeGreaterThan(1);
  expect(files.size - orphans.length).toBeGreaterThan(10);
});

it('refuses a database that has a network already, and changes nothing', async () => {
  const before = await digestOfTables(sample);
  const again = seedSampleData({
    pool: sample.pool,
    mediaDir: sample.mediaDir,
    users: USERS,
    seed: 9,
    now,
    render,
    historyDays,
  });
  await expect(again).rejects.toThrow(NotEmptyError);
  await expect(again).rejects.toThrow(/data already in User, Profile, .*reset the database first/);
  expect(await digestOfTables(sample)).toEqual(before);
  expect(await isEmpty(sample.pool)).toBe(false);
});

it('lets only one of two at once seed a database', async () => {
  const { database, pool, mediaDir } = await prepared();
  const options = { pool, mediaDir, users: 10, now, render, historyDays };
  const outcomes = await Promise.allSettled([seedSampleData(options), seedSampleData(options)]);
  expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(await database.db.profile.count()).toBe(10);
});

it('gives members other addresses than the accounts that are there', async () => {
  const { database, pool, mediaDir } = await prepared();
  const taken = await sample.database.db.user.findFirstOrThrow({ where: { id: 1 } });
  await pool.query(`INSERT INTO "User" (email, role) VALUES ($1, 'SUPER_ADMIN')`, [taken.email]);
  expect(await isEmpty(pool)).toBe(true);
  await seedSampleData({ pool, mediaDir, users: 10, seed: 7, now, render, historyDays });
  const users = await database.db.user.findMany({ orderBy: { id: 'asc' } });
  expect(users.map((user) => user.id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(users.map((user) => user.email)).not.toContain(taken.email);
  expect((await pool.query('SELECT email FROM "User"')).rows).toEqual([{ email: taken.email }]);
});

it('leaves foreign files as they are, even under a name it wants', async () => {
  const { database, pool, mediaDir } = await prepared();
  const present = await filesOf(sample);
  const wanted = (await fileNamesInRows(sample)).find((name) => name in present) ?? '';
  await mkdir(dirname(join(mediaDir, wanted)), { recursive: true });
  await writeFile(join(mediaDir, wanted), 'mine');
  await seedSampleData({ pool, mediaDir, users: USERS, seed: 7, now, render, historyDays });

  expect(await readFile(join(mediaDir, wanted), 'utf8')).toBe('mine');
  const other = wanted.replace(/(\.\w+)$/, '-2$1');
  const row = await database.db.media.findUnique({ where: { fileName: other } });
  expect(row).not.toBeNull();
  expect(await readFile(join(mediaDir, other))).toEqual(await readFile(join(sample.mediaDir, wanted)));
});

it('writes no row when it fails', async () => {
  const { database, pool, mediaDir } = await prepared();
  await writeFile(join(mediaDir, 'file'), '');
  const seeding = seedSampleData({
    pool,
    mediaDir: join(mediaDir, 'file'),
    users: 10,
    now,
    render,
    historyDays,
  });
  await expect(seeding).rejects.toThrow(/ENOTDIR/);
  expect(await isEmpty(pool)).toBe(true);
  expect(await database.db.user.count()).toBe(0);
});

it.each([0, 1, 2.5, Number.NaN])('refuses to make %d users', async (users) => {
  const seeding = seedSampleData({ pool: sample.pool, mediaDir: sample.mediaDir, users });
  await expect(seeding).rejects.toThrow('A network needs at least 2 users');
});
