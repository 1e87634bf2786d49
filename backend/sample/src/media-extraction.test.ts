import { createHash } from 'node:crypto';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import exifr from 'exifr';
import sharp from 'sharp';
import { thumbHashToApproximateAspectRatio, thumbHashToAverageRGBA } from 'thumbhash';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { extractMedia, type MediaMetadata } from './media-extraction.js';
import { createTestMedia, LONDON_EXIF, noisyPicture, plainPicture, type TestMedia } from './testing/media.js';

let media: TestMedia;
beforeAll(async () => {
  media = await createTestMedia();
});
afterAll(() => media.remove());

async function extract(fileName: string, content?: Uint8Array | string): Promise<MediaMetadata> {
  if (content !== undefined) await media.write(fileName, content);
  const extraction = await extractMedia(media.dir, fileName);
  if (!extraction.ok) throw new Error(extraction.error);
  return extraction.metadata;
}

async function failure(fileName: string, content?: Uint8Array | string): Promise<string> {
  if (content !== undefined) await media.write(fileName, content);
  const extraction = await extractMedia(media.dir, fileName);
  return extraction.ok ? 'none' : extraction.error;
}

const blurOf = (metadata: MediaMetadata) => Buffer.from(metadata.blurPlaceholder, 'base64');

describe('extraction', () => {
  it.each(['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const)('reads %s', async (format) => {
    const file = await plainPicture(60, 40, '#c04010').toFormat(format).toBuffer();
    const metadata = await extract(`plain.${format}`, file);
    expect(metadata).toMatchObject({ format, width: 60, height: 40, byteSize: file.length, takenAt: null });
    expect(metadata.checksum).toBe(createHash('sha256').update(file).digest('hex'));
    expect(metadata.dominantColor).toMatch(/^#[bc][0-9a-f][34][0-9a-f][012][0-9a-f]$/);
    expect(thumbHashToApproximateAspectRatio(blurOf(metadata))).toBeCloseTo(1.5, 0);
  });

  it('finds the dominant colour that sharp finds, to the shade', async () => {
    const stripe = await plainPicture(30, 80, '#2060d0').png().toBuffer();
    const file = await plainPicture(80, 80, '#e0c020')
      .composite([{ input: stripe, left: 0, top: 0 }])
      .png()
      .toBuffer();
    const { dominant } = await sharp(file).stats();
    const { dominantColor } = await extract('stripes.png', file);
    expect(dominantColor).toBe('#e0c020');
    for (const [at, channel] of [dominant.r, dominant.g, dominant.b].entries()) {
      const ours = Number.parseInt(dominantColor?.slice(1 + 2 * at, 3 + 2 * at) ?? '', 16);
      expect(Math.abs(ours - channel)).toBeLessThanOrEqual(16);
    }
  });

  it('does not count transparent pixels, and returns no colour where all are', async () => {
    const clear = { width: 50, height: 50, channels: 4 as const, background: { r: 255, g: 0, b: 0, alpha: 0 } };
    const dot = await plainPicture(10, 10, '#00ff00').png().toBuffer();
    const withDot = sharp({ create: clear }).composite([{ input: dot, left: 5, top: 5 }]);
    expect((await extract('dot.png', await withDot.png().toBuffer())).dominantColor).toBe('#00ff00');
    const empty = await extract('clear.png', await sharp({ create: clear }).png().toBuffer());
    expect(empty.dominantColor).toBeNull();
  });

  it('reads a grey, a 16-bit and a CMYK picture', async () => {
    const grey = await plainPicture(20, 20, '#808080').toColourspace('b-w').png().toBuffer();
    expect((await extract('grey.png', grey)).dominantColor).toBe('#808080');
    const deep = await plainPicture(20, 20, '#ff0000').toColourspace('rgb16').png().toBuffer();
    expect((await extract('deep.png', deep)).dominantColor).toBe('#ff0000');
    const cmyk = await plainPicture(20, 20, '#ffffff').toColourspace('cmyk').jpeg().toBuffer();
    expect((await extract('cmyk.jpg', cmyk)).dominantColor).toMatch(/^#f[0-9a-f]f[0-9a-f]f[0-9a-f]$/);
  });

  it('reads a picture as thin as a line', async () => {
    const line = await plainPicture(3000, 1, '#00ff00').png().toBuffer();
    expect(await extract('line.png', line)).toMatchObject({ width: 3000, height: 1, dominantColor: '#00ff00' });
  });

  it('keeps the stored dimensions and the orientation, and blurs the shown orientation', async () => {
    const file = await plainPicture(80, 40, '#204060').withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const metadata = await extract('turned.jpg', file);
    expect(metadata).toMatchObject({ width: 80, height: 40, orientation: 6 });
    expect(thumbHashToApproximateAspectRatio(blurOf(metadata))).toBeLessThan(1);
    const { r, g, b } = thumbHashToAverageRGBA(blurOf(metadata));
    expect([r, g, b].map((channel) => Math.round(channel * 255))).toEqual([
      expect.closeTo(0x20, -1),
      expect.closeTo(0x40, -1),
      expect.closeTo(0x60, -1),
    ]);
  });
});

describe('EXIF', () => {
  const taken = (fields: Record<string, string>, format: 'jpeg' | 'webp' | 'png' | 'tiff' = 'jpeg') =>
    plainPicture(20, 20, '#ffffff').withExif({ IFD2: fields }).toFormat(format).toBuffer();

  it.each(['jpeg', 'webp', 'png'] as const)('reads when a %s was taken, with its offset', async (format) => {
    const { DateTimeOriginal, OffsetTimeOriginal } = LONDON_EXIF.IFD2;
    const file = await taken({ DateTimeOriginal, OffsetTimeOriginal }, format);
    expect((await extract(`shot.${format}`, file)).takenAt).toEqual(new Date('2024-05-06T10:34:56Z'));
  });

  it('takes a time without an offset as UTC, in whatever zone it runs', async () => {
    const zone = process.env.TZ;
    process.env.TZ = 'America/New_York';
    try {
      const { takenAt } = await extract('zone.jpg', await taken({ DateTimeOriginal: '2024:01:02 03:04:05' }));
      expect(takenAt).toEqual(new Date('2024-01-02T03:04:05Z'));
    } finally {
      // Assigning undefined would set the text "undefined".
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });

  it.each(['0000:00:00 00:00:00', '2024:02:31 10:00:00', '2024:13:01 10:00:00', 'yesterday', '    :  :     :  :  '])(
    'reads no time where the camera wrote %j',
    async (DateTimeOriginal) => {
      expect((await extract('odd.jpg', await taken({ DateTimeOriginal }))).takenAt).toBeNull();
    },
  );

  it('keeps no location', async () => {
    const file = await plainPicture(20, 20, '#ffffff').withExif(LONDON_EXIF).jpeg().toBuffer();
    expect(await exifr.gps(file)).toMatchObject({ latitude: expect.closeTo(51.507, 2) });
    const metadata = await extract('london.jpg', file);
    expect(Object.keys(metadata).sort()).toEqual([
      'blurPlaceholder',
      'byteSize',
      'checksum',
      'dominantColor',
      'format',
      'height',
      'orientation',
      'takenAt',
      'width',
    ]);
  });
});

describe('a file that cannot be read', () => {
  it('names a missing file', async () => {
    expect(await failure('nowhere/at-all.jpg')).toBe('the file is missing');
  });

  it.each([
    ['an empty file', ''],
    ['text', 'this is no picture'],
    ['an SVG', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'],
    ['a PDF', '%PDF-1.7\n'],
  ])('refuses %s', async (_, content) => {
    expect(await failure('refused.jpg', content)).toMatch(/^not a picture in a known format/);
  });

  it('finds damage behind an intact header', async () => {
    const file = await noisyPicture(400, 300).jpeg().toBuffer();
    for (const bytes of [file.length - 400, Math.round(file.length / 2)]) {
      expect(await failure('cut.jpg', file.subarray(0, bytes))).toBe(
        'the picture is damaged: not all of it can be decoded',
      );
    }
  });

  it('finds a damaged header', async () => {
    const file = await noisyPicture(400, 300).jpeg().toBuffer();
    expect(await failure('cut.jpg', file.subarray(0, 200))).toBe('the picture is damaged: its header can not be read');
  });

  it('finds damage in a PNG', async () => {
    const file = await noisyPicture(200, 200).png().toBuffer();
    expect(await failure('cut.png', file.subarray(0, Math.round(file.length / 2)))).toMatch(/is damaged/);
  });

  it('refuses to decode a picture that is far larger than its file', async () => {
    const file = await plainPicture(20, 10, '#ffffff').png().toBuffer();
    // The first chunk, at 12 to 29, contains width and height; its checksum follows.
    file.writeUInt32BE(20_000, 16);
    file.writeUInt32BE(10_000, 20);
    file.writeUInt32BE(crc32(file.subarray(12, 29)), 29);
    expect(await failure('bomb.png', file)).toBe('the picture has more than 100000000 pixels');
  });

  it('reads no file outside the folder', async () => {
    const outside = await createTestMedia();
    const picture = await outside.write('private.png', await plainPicture(5, 5, '#ffffff').png().toBuffer());
    await symlink(picture, join(media.dir, 'link.png'));
    await symlink(outside.dir, join(media.dir, 'linked'));
    expect(await failure('link.png')).toBe('the file name is a symbolic link');
    expect(await failure('linked/private.png')).toBe('the file name goes through a symbolic link');
    expect(await failure(`../${outside.dir.split('/').at(-1)}/private.png`)).toMatch(
      /contains empty parts, \. or \.\./,
    );
    expect(await failure(picture)).toBe('the file name is an absolute path');
    await outside.remove();
  });
});
