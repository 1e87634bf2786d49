import exifr from 'exifr';
import * as z from 'zod';

/** The only tags that are read; a location is never read and never kept. */
const TAGS = ['DateTimeOriginal', 'OffsetTimeOriginal', 'CreateDate', 'OffsetTimeDigitized'];

const tags = z.object({
  DateTimeOriginal: z.string().optional().catch(undefined),
  OffsetTimeOriginal: z.string().optional().catch(undefined),
  CreateDate: z.string().optional().catch(undefined),
  OffsetTimeDigitized: z.string().optional().catch(undefined),
});

/**
 * When a picture was taken, from a block of EXIF data or a whole TIFF file. A time without an offset is
 * taken as UTC, whatever zone this process runs in. Null when there is none or it makes no sense; damaged
 * EXIF data don't make a picture unreadable.
 */
export async function readTakenAt(exif: Buffer): Promise<Date | null> {
  // Decoders hand the block over with the name it has in a JPEG file.
  const block = exif.subarray(0, 6).toString('latin1') === 'Exif\0\0' ? exif.subarray(6) : exif;
  const found = await exifr
    .parse(block, { tiff: true, exif: { pick: TAGS }, gps: false, reviveValues: false, translateValues: false })
    .catch(() => undefined);
  const parsed = tags.safeParse(found);
  if (!parsed.success) return null;
  const { DateTimeOriginal, OffsetTimeOriginal, CreateDate, OffsetTimeDigitized } = parsed.data;
  return toDate(DateTimeOriginal, OffsetTimeOriginal) ?? toDate(CreateDate, OffsetTimeDigitized);
}

/** From `2024:05:06 12:34:56` and `+02:00`. */
function toDate(time: string | undefined, offset: string | undefined): Date | null {
  const parts = time?.trim().match(/^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)$/);
  if (!parts) return null;
  const zone = /^[+-]\d\d:\d\d$/.test(offset?.trim() ?? '') ? offset?.trim() : 'Z';
  const day = `${parts[1]}-${parts[2]}-${parts[3]}`;
  const date = new Date(`${day}T${parts[4]}${zone}`);
  // The 31st of February would become a day in March.
  const exists = new Date(`${day}T00:00:00Z`);
  return Number.isNaN(date.getTime()) || Number.isNaN(exists.getTime()) || exists.toISOString().slice(0, 10) !== day
    ? null
    : date;
}
