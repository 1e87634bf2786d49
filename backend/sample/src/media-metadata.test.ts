import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { mediaMetadataJob } from './media-metadata.js';
import { runJobAlone } from './testing/job-context.js';
import { createTestMedia, LONDON_EXIF, noisyPicture, plainPicture, type TestMedia } from './testing/media.js';
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

const run = (mediaId: number, options = {}) =>
  runJobAlone(mediaMetadataJob, { mediaId }, { db: database.db, mediaDir: media.dir, startedAt: NOW, ...options });
const row = (id: number) => database.db.media.findUniqueOrThrow({ where: { id } });

async function item(fileName: string, content?: Uint8Array): Promise<number> {
  if (content) await media.write(fileName, content);
  const { id } = await database.db.media.create({ data: { ownerId, fileName, createdAt: NOW } });
  return id;
}

const londonShot = () => plainPicture(64, 32, '#336699').withExif(LONDON_EXIF).jpeg().toBuffer();

describe('media-metadata', () => {
  it('writes the metadata of the file into its row', async () => {
    const file = await londonShot();
    const id = await item('2026/03/shot.jpg', file);
    await run(id);
    expect(await row(id)).toEqual({
      id,
      ownerId,
      postId: null,
      fileName: '2026/03/shot.jpg',
      createdAt: NOW,
      metadataStatus: 'READY',
      metadataError: null,
      metadataVersion: '1.0.0',
      extractedAt: NOW,
      format: 'jpeg',
      width: 64,
      height: 32,
      byteSize: BigInt(file.length),
      checksum: createHash('sha256').update(file).digest('hex'),
      takenAt: new Date('2024-05-06T10:34:56Z'),
      orientation: 1,
      dominantColor: expect.stringMatching(/^#3[0-9a-f]6[0-9a-f]9[0-9a-f]$/),
      blurPlaceholder: expect.stringMatching(/^[A-Za-z0-9+/]+=*$/),
    });
  });

  it('touches no other row and gives the same row when run twice', async () => {
    const id = await item('a.jpg', await londonShot());
    const other = await item('b.jpg', await londonShot());
    await run(id);
    const first = await row(id);
    await run(id);
    expect(await row(id)).toEqual(first);
    expect((await row(other)).metadataStatus).toBe('PENDING');
  });

  it('reports the file, its numbers and its progress, and no location', async () => {
    const id = await item('shot.jpg', await londonShot());
    const { metadata, progress } = await run(id);
    expect(metadata).toMatchObject({ mediaId: id, fileName: 'shot.jpg', ready: 1, failed: 0, width: 64, height: 32 });
    expect(JSON.stringify(metadata)).not.toMatch(/gps|latitude|longitude|51\.5/i);
    expect(progress.map((report) => report.message)).toContain('Reading shot.jpg');
    expect(progress.at(-1)).toEqual({ fraction: 1, message: 'Saving what was read' });
  });

  it('records a corrupt file in its row and fails with the reason', async () => {
    const id = await item('cut.jpg', (await noisyPicture(300, 300).jpeg().toBuffer()).subarray(0, 9000));
    await expect(run(id)).rejects.toThrow(
      new RegExp(`^Media item ${id} \\(cut\\.jpg\\) can't be read: the picture is damaged`),
    );
    const { metadataStatus, metadataError, metadataVersion, width } = await row(id);
    expect({ metadataStatus, metadataVersion, width }).toEqual({
      metadataStatus: 'FAILED',
      metadataVersion: '1.0.0',
      width: null,
    });
    expect(metadataError).toBe('the picture is damaged: not all of it can be decoded');
  });

  it('clears what was known when the file has gone, and forgets the failure when it is back', async () => {
    const file = await londonShot();
    const id = await item('shot.jpg', file);
    await run(id);
    const known = await row(id);
    await rm(`${media.dir}/shot.jpg`);
    await expect(run(id)).rejects.toThrow('the file is missing');
    expect(await row(id)).toMatchObject({ metadataStatus: 'FAILED', checksum: null, takenAt: null, byteSize: null });
    await media.write('shot.jpg', file);
    await run(id);
    expect(await row(id)).toEqual(known);
  });

  it('refuses an item that is not there and a media folder that is not there', async () => {
    await expect(run(999_999)).rejects.toThrow('There is no media item with the id 999999.');
    const id = await item('shot.jpg', await londonShot());
    await expect(run(id, { mediaDir: `${media.dir}/unmounted` })).rejects.toThrow(/media folder .* is not there/);
    await expect(run(id, { mediaDir: '' })).rejects.toThrow(/absolute path/);
    expect((await row(id)).metadataStatus).toBe('PENDING');
  });

  it('writes nothing when cancelled', async () => {
    const id = await item('shot.jpg', await londonShot());
    for (const last of [1, 2]) {
      const controller = new AbortController();
      const onCheck = (checks: number) => checks === last && controller.abort();
      await expect(run(id, { signal: controller.signal, onCheck })).rejects.toThrow(/abort/i);
      expect((await row(id)).metadataStatus).toBe('PENDING');
    }
  });

  it.each([
    {},
    { mediaId: 0 },
    { mediaId: '12' },
    { mediaId: 1.5 },
    { mediaId: 3_000_000_000 },
    { mediaId: 1, all: true },
  ])('refuses %j', (parameters) => {
    expect(mediaMetadataJob.parameters.safeParse(parameters).success).toBe(false);
  });
});
