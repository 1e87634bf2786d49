import { createHash } from 'node:crypto';
import type { Metadata } from 'sharp';
import { rgbaToThumbHash } from 'thumbhash';
import { dominantColor, type Pixels } from './dominant-color.js';
import { readTakenAt } from './exif-time.js';
import { findMediaFile, readMediaFile } from './media-folder.js';

/** Raised when the same file would give other metadata; rows of older versions are read again. */
export const EXTRACTION_VERSION = '1.0.0';

const LARGEST_FILE = 64 * 1024 * 1024;
/** A small file may decode to a picture larger than memory. */
const MAX_PIXELS = 100_000_000;
/** ThumbHash takes no more. */
const THUMBNAIL_SIDE = 100;

export interface MediaMetadata {
  format: string;
  /** Of the stored pixels, before `orientation` turns them. */
  width: number;
  height: number;
  byteSize: number;
  /** SHA-256, hexadecimal. */
  checksum: string;
  takenAt: Date | null;
  /** EXIF orientation, 1 to 8. */
  orientation: number | null;
  /** `#rrggbb`; null for a picture without an opaque pixel. */
  dominantColor: string | null;
  /** ThumbHash of the picture as it is shown, base64. */
  blurPlaceholder: string;
}

export type Extraction = { ok: true; metadata: MediaMetadata } | { ok: false; error: string };

/**
 * Reads one media file below `root`, a real path. A file that is missing, corrupt or no picture is an answer
 * with its reason, not an exception.
 */
export async function extractMedia(root: string, fileName: string): Promise<Extraction> {
  try {
    return { ok: true, metadata: await extract(await read(root, fileName)) };
  } catch (error) {
    return { ok: false, error: reasonOf(error) };
  }
}

async function read(root: string, fileName: string): Promise<Buffer> {
  const file = await findMediaFile(root, fileName);
  if (file.kind === 'missing') throw new Error('the file is missing');
  if (file.kind === 'unsafe') throw new Error(`the file name ${file.reason}`);
  return readMediaFile(file.path, LARGEST_FILE);
}

async function extract(bytes: Buffer): Promise<MediaMetadata> {
  if (!isKnownFormat(bytes)) throw new Error('not a picture in a known format (JPEG, PNG, WebP, GIF, TIFF or AVIF)');
  const header = await readHeader(bytes);
  if (header.width * header.height > MAX_PIXELS) throw new Error(`the picture has more than ${MAX_PIXELS} pixels`);
  const pixels = await thumbnail(bytes);
  return {
    format: header.format === 'heif' ? 'avif' : header.format,
    width: header.width,
    height: header.height,
    byteSize: bytes.length,
    checksum: createHash('sha256').update(bytes).digest('hex'),
    takenAt: await readTakenAt(header.exif ?? bytes),
    orientation: header.orientation ?? null,
    dominantColor: dominantColor(pixels),
    blurPlaceholder: Buffer.from(rgbaToThumbHash(pixels.width, pixels.height, pixels.rgba)).toString('base64'),
  };
}

/** What the files of each format begin with, and where: JPEG, PNG, GIF, TIFF of either byte order, WebP, AVIF. */
const SIGNATURES: [at: number, bytes: string][] = [
  [0, '\xff\xd8\xff'],
  [0, '\x89PNG\r\n\x1a\n'],
  [0, 'GIF8'],
  [0, 'II*\0'],
  [0, 'MM\0*'],
  [8, 'WEBP'],
  [4, 'ftypavi'],
];

/** By the first bytes, so that decoders of richer formats such as SVG and PDF never see a member's file. */
function isKnownFormat(file: Buffer): boolean {
  return SIGNATURES.some(([at, bytes]) => file.subarray(at, at + bytes.length).toString('latin1') === bytes);
}

/** Loaded with the first picture: a worker that reads no picture saves its memory. */
const decoder = async () => (await import('sharp')).default;

// The decoder's own message can't be kept: it collects the messages of all pictures read at the same time.
async function readHeader(bytes: Buffer): Promise<Metadata> {
  const sharp = await decoder();
  return sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch(() => {
      throw new Error('the picture is damaged: its header can not be read');
    });
}

/** Decodes every pixel, so that damage behind the header is found. */
async function thumbnail(bytes: Buffer): Promise<Pixels> {
  const sharp = await decoder();
  const { data, info } = await sharp(bytes, { failOn: 'warning' })
    .autoOrient()
    .resize(THUMBNAIL_SIDE, THUMBNAIL_SIDE, { fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch(() => {
      throw new Error('the picture is damaged: not all of it can be decoded');
    });
  return { width: info.width, height: info.height, rgba: data };
}

/** As long as the row's column takes. */
function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 500);
}
