import sharp from 'sharp';
import { expect, it } from 'vitest';
import { DAMAGES, damageBytes } from './damage.js';
import type { Picture, PictureFormat } from './picture.js';
import { Random } from './random.js';
import { renderPicture } from './render-picture.js';

const FORMATS: PictureFormat[] = ['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff'];
const plain: Picture = {
  format: 'jpeg',
  width: 160,
  height: 120,
  treatment: 'plain',
  orientation: undefined,
  notes: undefined,
};
const notes = { takenAt: '2026:02:03 14:05:06', offset: '+01:00', model: 'Pocket 3', location: undefined };
const location = { latitude: 52.52, longitude: -13.405 };
/** The entry of EXIF that points to the location, little-endian: tag 0x8825, type 4. */
const GPS_POINTER = Buffer.from([0x25, 0x88, 0x04, 0x00]);

const render = (changes: Partial<Picture>) => renderPicture({ ...plain, ...changes }, new Random(1, 'picture'));

it.each(FORMATS)('renders %s in the size asked for, twice the same', async (format) => {
  const bytes = await render({ format });
  const stored = await sharp(bytes).metadata();
  expect(stored).toMatchObject({ width: 160, height: 120, format: format === 'avif' ? 'heif' : format });
  expect(await render({ format })).toEqual(bytes);
});

it('gives photographs no transparency and drawings some', async () => {
  expect((await sharp(await render({ format: 'png' })).metadata()).hasAlpha).toBe(false);
  const drawing = await sharp(await render({ format: 'png', treatment: 'transparent' })).stats();
  expect(drawing.isOpaque).toBe(false);
});

it('renders moving and grey pictures', async () => {
  const moving = await sharp(await render({ format: 'gif', treatment: 'animated' }), { animated: true }).metadata();
  expect(moving).toMatchObject({ pages: 4, pageHeight: 120 });
  expect((await sharp(await render({ treatment: 'grey' })).metadata()).space).toBe('b-w');
});

it('writes down orientation, time and camera', async () => {
  const { orientation, exif } = await sharp(await render({ notes, orientation: 6 })).metadata();
  expect(orientation).toBe(6);
  for (const written of [notes.takenAt, notes.offset, notes.model]) expect(exif?.includes(written)).toBe(true);
});

it('writes down the place only where the camera knew it', async () => {
  const exifOf = async (changes: Partial<Picture>) => (await sharp(await render(changes)).metadata()).exif;
  expect((await exifOf({ notes: { ...notes, location }, orientation: 1 }))?.includes(GPS_POINTER)).toBe(true);
  expect((await exifOf({ notes, orientation: 1 }))?.includes(GPS_POINTER)).toBe(false);
  expect(await exifOf({})).toBeUndefined();
});

const cases = FORMATS.flatMap((format) => DAMAGES.map((damage): [string, PictureFormat] => [damage, format]));
it.each(cases)('makes a file unreadable by damage "%s" to %s', async (name, format) => {
  const damage = DAMAGES.find((known) => known === name) ?? 'empty';
  const bytes = damageBytes(await render({ format }), damage, new Random(1, 'damage'));
  await expect(async () => sharp(bytes).stats()).rejects.toThrow();
});
