import { mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { removeMediaFile } from './media-folder.js';
import { mediaOrphanCleanupJob } from './media-orphan-cleanup.js';
import { runJobAlone } from './testing/job-context.js';
import { createTestMedia, type TestMedia } from './testing/media.js';
import { daysAgo, hoursAgo, NOW, TestNetwork } from './testing/network.js';
import { createSampleDatabase, type SampleDatabase } from './testing/sample-database.js';

let database: SampleDatabase;
beforeAll(async () => {
  database = await createSampleDatabase();
});
afterAll(() => database.drop());

let media: TestMedia;
/** What must survive everything: a neighbour of the media folder. */
let outside: TestMedia;
let ownerId: number;
beforeEach(async () => {
  await database.pool.query('TRUNCATE "User" CASCADE');
  ownerId = await new TestNetwork(database.db).member();
  media = await createTestMedia();
  outside = await createTestMedia();
  await outside.write('precious.jpg', 'precious', daysAgo(90));
  await outside.write('folder/deep.jpg', 'precious', daysAgo(90));
});
afterEach(async () => {
  expect(await listing(outside.dir)).toEqual(['folder/deep.jpg', 'precious.jpg']);
  await media.remove();
  await outside.remove();
});

const remove = (parameters = {}, options = {}) => run({ dryRun: false, ...parameters }, options);
const run = (parameters: Record<string, unknown>, options = {}) =>
  runJobAlone(mediaOrphanCleanupJob, parameters, { db: database.db, mediaDir: media.dir, startedAt: NOW, ...options });

/** Everything but folders, by name; links are not followed. */
async function listing(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const names = entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
  return names.map((name) => name.slice(dir.length + 1)).sort();
}

const file = (fileName: string, modifiedAt = daysAgo(9)) => media.write(fileName, 'ten bytes!', modifiedAt);
const row = (fileName: string, createdAt = daysAgo(9)) =>
  database.db.media.create({ data: { ownerId, fileName, createdAt } });
const rowNames = async () => (await database.db.media.findMany()).map((media) => media.fileName).sort();

/** Files a to h and rows e to l, every other one young. */
async function aHalfMatchingFolder(): Promise<void> {
  for (const [at, letter] of [...'abcdefghijkl'].entries()) {
    const age = at % 2 === 0 ? daysAgo(2) : hoursAgo(23);
    if (letter <= 'h') await file(`${at % 3}/${letter}.jpg`, age);
    if (letter >= 'e') await row(`${at % 3}/${letter}.jpg`, age);
  }
}

/** Comparing the two lists name by name, with ages as they were made. */
function expectedAfterCleanup(): { files: string[]; rows: string[] } {
  const names = [...'abcdefghijkl'].map((letter, at) => ({
    name: `${at % 3}/${letter}.jpg`,
    letter,
    old: at % 2 === 0,
  }));
  return {
    files: names
      .filter(({ letter, old }) => letter <= 'h' && !(letter < 'e' && old))
      .map(({ name }) => name)
      .sort(),
    rows: names
      .filter(({ letter, old }) => letter >= 'e' && !(letter > 'h' && old))
      .map(({ name }) => name)
      .sort(),
  };
}

describe('media-orphan-cleanup', () => {
  it('leaves what a comparison name by name leaves', async () => {
    await aHalfMatchingFolder();
    const { metadata } = await remove({ batchSize: 3 });
    const expected = expectedAfterCleanup();
    expect(await listing(media.dir)).toEqual(expected.files);
    expect(await rowNames()).toEqual(expected.rows);
    expect(metadata).toEqual({
      rowsChecked: 8,
      filesChecked: 8,
      orphanRows: 2,
      orphanFiles: 2,
      withinGrace: 4,
      rowsRemoved: 2,
      filesRemoved: 2,
      bytesFreed: 20,
      skipped: 0,
      examples: {
        rows: [
          { id: expect.any(Number), fileName: '2/i.jpg' },
          { id: expect.any(Number), fileName: '1/k.jpg' },
        ],
        files: ['0/a.jpg', '2/c.jpg'],
        skipped: [],
      },
      dryRun: false,
      folderIsEmpty: false,
    });
  });

  it('removes nothing by default, and reports the same orphans', async () => {
    await aHalfMatchingFolder();
    const before = [await listing(media.dir), await rowNames()];
    const { metadata } = await run({});
    expect([await listing(media.dir), await rowNames()]).toEqual(before);
    expect(metadata).toMatchObject({ orphanRows: 2, orphanFiles: 2, rowsRemoved: 0, filesRemoved: 0, bytesFreed: 0 });
  });

  it('finds nothing the second time', async () => {
    await aHalfMatchingFolder();
    await remove();
    const first = [await listing(media.dir), await rowNames()];
    expect((await remove()).metadata).toMatchObject({ orphanRows: 0, orphanFiles: 0 });
    expect([await listing(media.dir), await rowNames()]).toEqual(first);
  });

  it('waits for the grace period that it is given', async () => {
    await aHalfMatchingFolder();
    expect((await remove({ graceHours: 72 })).metadata).toMatchObject({
      orphanRows: 0,
      orphanFiles: 0,
      withinGrace: 8,
    });
    expect((await run({ graceHours: 1, dryRun: true })).metadata).toMatchObject({ orphanRows: 4, orphanFiles: 4 });
  });

  it('stops between batches when cancelled', async () => {
    for (const letter of 'abcdef') await file(`${letter}.jpg`);
    const controller = new AbortController();
    const onCheck = (checks: number) => checks === 3 && controller.abort();
    await expect(remove({ batchSize: 2 }, { signal: controller.signal, onCheck })).rejects.toThrow(/abort/i);
    expect(await listing(media.dir)).toHaveLength(4);
  });

  it('moves forward without going back', async () => {
    await aHalfMatchingFolder();
    const { progress } = await remove({ batchSize: 2 });
    const fractions = progress.map((report) => report.fraction);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(progress.at(-1)).toEqual({ fraction: 1, message: 'Checked 8 of 8 files' });
  });

  it.each([{ graceHours: 0 }, { dryRun: 'true' }, { batchSize: 0 }, { folder: '/' }])('refuses %j', (parameters) => {
    expect(mediaOrphanCleanupJob.parameters.safeParse(parameters).success).toBe(false);
  });
});

describe('media-orphan-cleanup never leaves its folder', () => {
  it('neither follows nor removes links', async () => {
    await symlink(join(outside.dir, 'precious.jpg'), join(media.dir, 'file-link.jpg'));
    await symlink(outside.dir, join(media.dir, 'folder-link'));
    await symlink('/nowhere/at/all', join(media.dir, 'dangling'));
    await symlink('.', join(media.dir, 'circle'));
    await file('orphan.jpg');
    const { metadata } = await remove();
    expect(await listing(media.dir)).toEqual(['circle', 'dangling', 'file-link.jpg', 'folder-link']);
    expect(metadata).toMatchObject({ filesChecked: 1, filesRemoved: 1, skipped: 4 });
  });

  it('reports rows whose names lead elsewhere and touches neither them nor what they name', async () => {
    await file('keep.jpg');
    await row('keep.jpg');
    await symlink(outside.dir, join(media.dir, 'way-out'));
    await symlink('/nowhere/at/all', join(media.dir, 'dangling'));
    const hostile = [
      `../${basename(outside.dir)}/precious.jpg`,
      '../no-such-file.jpg',
      'a/../../b.jpg',
      join(outside.dir, 'precious.jpg'),
      'way-out/precious.jpg',
      'way-out/no-such-file.jpg',
      'dangling/x.jpg',
      'dangling',
      'C:\\windows\\x.jpg',
      'a//b.jpg',
      './c.jpg',
      '',
      '.',
    ];
    for (const fileName of hostile) await row(fileName);
    const { metadata } = await remove();
    expect(await rowNames()).toEqual([...hostile, 'keep.jpg'].sort());
    // The two links themselves are left alone too.
    expect(metadata).toMatchObject({ orphanRows: 0, rowsRemoved: 0, skipped: hostile.length + 2 });
  });

  it('keeps a file that a row reaches by an unusual name or through a link', async () => {
    await file('sub/real.jpg');
    await file('odd.jpg');
    await file('orphan.jpg');
    await symlink('sub', join(media.dir, 'alias'));
    await row('alias/real.jpg');
    await row('./odd.jpg');
    await remove();
    expect(await listing(media.dir)).toEqual(['alias', 'odd.jpg', 'sub/real.jpg']);
  });

  it('removes no file behind a folder that became a link after it was listed', async () => {
    await file('folder/deep.jpg');
    await rename(join(media.dir, 'folder'), join(media.dir, 'moved'));
    await symlink(join(outside.dir, 'folder'), join(media.dir, 'folder'));
    expect(await removeMediaFile(media.dir, 'folder/deep.jpg', NOW)).toBe(false);
    await rm(join(media.dir, 'folder'));
    expect(await removeMediaFile(media.dir, 'moved/deep.jpg', NOW)).toBe(true);
  });

  it('works in a media folder that is itself reached through a link', async () => {
    await file('orphan.jpg');
    const way = join(outside.dir, 'way-in');
    await symlink(media.dir, way);
    await remove({}, { mediaDir: way });
    await rm(way);
    expect(await listing(media.dir)).toEqual([]);
  });

  it('refuses a media folder that is not there, no folder, relative or the root', async () => {
    await row('a.jpg');
    await writeFile(join(media.dir, 'file'), '');
    for (const mediaDir of [join(media.dir, 'unmounted'), join(media.dir, 'file'), '', 'media', '/']) {
      await expect(remove({}, { mediaDir })).rejects.toThrow(/media folder/);
    }
    expect(await rowNames()).toEqual(['a.jpg']);
  });

  it('removes no row when the folder holds no file at all', async () => {
    await row('a.jpg');
    await mkdir(join(media.dir, 'empty'));
    const { metadata } = await remove();
    expect(await rowNames()).toEqual(['a.jpg']);
    expect(metadata).toMatchObject({ orphanRows: 1, rowsRemoved: 0, folderIsEmpty: true });
  });

  it('leaves folders where files were expected and files where folders were', async () => {
    await mkdir(join(media.dir, 'folder.jpg'));
    await row('folder.jpg');
    await file('plain.jpg');
    await row('plain.jpg');
    await row('plain.jpg/below.jpg');
    const { metadata } = await remove();
    expect(await rowNames()).toEqual(['folder.jpg', 'plain.jpg']);
    expect(metadata).toMatchObject({ rowsRemoved: 1, skipped: 1, filesRemoved: 0 });
  });
});
