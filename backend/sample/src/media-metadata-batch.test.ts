import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { mediaMetadataJob } from './media-metadata.js';
import { mediaMetadataBatchJob } from './media-metadata-batch.js';
import { runJobAlone } from './testing/job-context.js';
import { createTestMedia, noisyPicture, plainPicture, type TestMedia } from './testing/media.js';
import { NOW, TestNetwork } from './testing/network.js';
import { createSampleDatabase, type SampleDatabase } from './testing/sample-database.js';

let database: SampleDatabase;
beforeAll(async () => {
  database = await createSampleDatabase();
});
afterAll(() => database.drop());

let media: TestMedia;
let ownerId: number;
beforeEach(async () => {
  await database.pool.query('TRUNCATE "User" CASCADE');
  ownerId = await new TestNetwork(database.db).member();
  media = await createTestMedia();
});
afterEach(() => media.remove());

const run = (parameters = {}, options = {}) =>
  runJobAlone(mediaMetadataBatchJob, parameters, { db: database.db, mediaDir: media.dir, startedAt: NOW, ...options });
const rows = () => database.db.media.findMany({ orderBy: { id: 'asc' } });

/** Ten items: seven pictures, a cut one, a text and a row without a file. */
async function aFolder(): Promise<void> {
  const formats = ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif', 'png'] as const;
  for (const [at, format] of formats.entries()) {
    await media.write(
      `${at}/picture.${format}`,
      await plainPicture(20 + at, 10, '#204060')
        .toFormat(format)
        .toBuffer(),
    );
  }
  await media.write('cut.jpg', (await noisyPicture(200, 200).jpeg().toBuffer()).subarray(0, 5000));
  await media.write('note.jpg', 'not a picture');
  const fileNames = [...formats.map((format, at) => `${at}/picture.${format}`), 'cut.jpg', 'note.jpg', 'gone.jpg'];
  await database.db.media.createMany({ data: fileNames.map((fileName) => ({ ownerId, fileName, createdAt: NOW })) });
}

describe('media-metadata-batch', () => {
  it('agrees with sharp and a checksum taken by hand on every picture', async () => {
    await aFolder();
    await run({ concurrency: 3, batchSize: 4 });
    const ready = (await rows()).filter((row) => row.metadataStatus === 'READY');
    expect(ready).toHaveLength(7);
    for (const row of ready) {
      const bytes = await readFile(join(media.dir, row.fileName));
      const { width, height } = await sharp(bytes).metadata();
      expect(row).toMatchObject({
        width,
        height,
        format: row.fileName.split('.')[1],
        byteSize: BigInt(bytes.length),
        checksum: createHash('sha256').update(bytes).digest('hex'),
      });
    }
  });

  it('records files that cannot be read and goes on', async () => {
    await aFolder();
    const { metadata } = await run({ batchSize: 3 });
    const failed = (await rows()).filter((row) => row.metadataStatus === 'FAILED');
    expect(failed.map((row) => [row.fileName, row.metadataError])).toEqual([
      ['cut.jpg', expect.stringContaining('is damaged')],
      ['note.jpg', expect.stringContaining('not a picture')],
      ['gone.jpg', 'the file is missing'],
    ]);
    expect(metadata).toMatchObject({ mediaProcessed: 10, ready: 7, failed: 3 });
    expect(metadata.failures).toContainEqual({
      mediaId: failed[2]?.id,
      fileName: 'gone.jpg',
      error: 'the file is missing',
    });
  });

  it('writes the same rows as media-metadata does one by one', async () => {
    await aFolder();
    await run();
    const together = await rows();
    await database.db.media.updateMany({ data: { metadataStatus: 'PENDING', metadataVersion: null, checksum: null } });
    for (const { id } of together) {
      await runJobAlone(
        mediaMetadataJob,
        { mediaId: id },
        { db: database.db, mediaDir: media.dir, startedAt: NOW },
      ).catch(() => undefined);
    }
    expect(await rows()).toEqual(together);
  });

  it('has nothing left to do the second time, however many at once', async () => {
    await aFolder();
    await run({ concurrency: 1 });
    const first = await rows();
    expect((await run({ concurrency: 32 })).metadata).toMatchObject({ mediaProcessed: 0 });
    expect(await rows()).toEqual(first);
  });

  it('reads again what an older version read', async () => {
    await aFolder();
    await run();
    const first = await rows();
    await database.db.media.updateMany({
      where: { fileName: { in: ['1/picture.png', 'cut.jpg'] } },
      data: { metadataVersion: '0.9.0', width: 1 },
    });
    expect((await run()).metadata).toMatchObject({ ready: 1, failed: 1 });
    expect(await rows()).toEqual(first);
  });

  it('tries failed files again only on request', async () => {
    await aFolder();
    await run();
    await media.write('gone.jpg', await plainPicture(9, 9, '#ffffff').jpeg().toBuffer());
    expect((await run()).metadata).toMatchObject({ mediaProcessed: 0 });
    expect((await run({ retryFailed: true })).metadata).toMatchObject({ mediaProcessed: 3, ready: 1, failed: 2 });
    const row = await database.db.media.findUnique({ where: { fileName: 'gone.jpg' } });
    expect(row).toMatchObject({ metadataStatus: 'READY', metadataError: null, width: 9 });
  });

  it('stops between batches when cancelled', async () => {
    await aFolder();
    const controller = new AbortController();
    const onCheck = (checks: number) => checks === 3 && controller.abort();
    await expect(run({ batchSize: 2 }, { signal: controller.signal, onCheck })).rejects.toThrow(/abort/i);
    expect((await rows()).filter((row) => row.metadataStatus === 'PENDING')).toHaveLength(6);
  });

  it('marks nothing as failed when the media folder is not there', async () => {
    await aFolder();
    await expect(run({}, { mediaDir: join(media.dir, 'unmounted') })).rejects.toThrow(/is not there/);
    expect((await rows()).every((row) => row.metadataStatus === 'PENDING')).toBe(true);
  });

  it('reports its counts and its progress', async () => {
    await aFolder();
    const { metadata, progress } = await run({ batchSize: 4 });
    const sizes = (await rows()).map((row) => Number(row.byteSize ?? 0));
    expect(metadata.bytesRead).toBe(sizes.reduce((a, b) => a + b, 0));
    expect(progress.at(-1)).toEqual({ fraction: 1, message: 'Read 10 of 10 files' });
    const fractions = progress.map((report) => report.fraction);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
  });

  it.each([{ concurrency: 0 }, { concurrency: 33 }, { batchSize: 1.5 }, { retryFailed: 1 }, { mediaId: 1 }])(
    'refuses %j',
    (parameters) => {
      expect(mediaMetadataBatchJob.parameters.safeParse(parameters).success).toBe(false);
    },
  );
});
