import type { Person } from './people.js';
import type { Random } from './random.js';
import { DAY_MS } from './time.js';
import { Weighted } from './weighted.js';

export type PictureFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'avif' | 'tiff';
type Treatment = 'plain' | 'grey' | 'transparent' | 'animated';

/** A place as a camera writes it down: private, and for the jobs to leave out. */
export interface CameraNotes {
  /** `yyyy:mm:dd hh:mm:ss`, in the time zone of `offset`. */
  takenAt: string;
  /** `+02:00`; cameras without a network don't know it. */
  offset: string | undefined;
  model: string;
  location: { latitude: number; longitude: number } | undefined;
}

export interface Picture {
  format: PictureFormat;
  /** As stored; for an orientation of 5 and more the picture is seen with its sides swapped. */
  width: number;
  height: number;
  treatment: Treatment;
  /** EXIF, 1 to 8; undefined for files without EXIF. */
  orientation: number | undefined;
  notes: CameraNotes | undefined;
}

type Size = readonly [width: number, height: number];

const FORMATS = new Weighted<PictureFormat>(
  ['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff'],
  (_, index) => [56, 16, 14, 6, 4, 4][index] ?? 0,
);
const SMALL_SIZES: readonly Size[] = [
  [64, 64],
  [160, 160],
  [256, 256],
  [320, 240],
  [480, 640],
  [640, 480],
  [600, 400],
];
const LARGE_SIZES: readonly Size[] = [
  [800, 600],
  [1080, 1080],
  [1024, 768],
  [1280, 720],
  [720, 1280],
  [1600, 500],
  [1600, 1200],
  [2048, 1536],
];
/** Formats that stay small, because their large files take megabytes or seconds. */
const SMALL_ONLY: readonly PictureFormat[] = ['gif', 'avif', 'tiff', 'png'];
const CAMERAS = ['Pocket 3', 'Rangefinder M', 'Phone 12', 'Phone 14 Pro', 'Mirrorless II'];

/** What kind of picture a person uploads. `createdAt` in milliseconds. */
export function choosePicture(owner: Person, createdAt: number, random: Random): Picture {
  const format = FORMATS.pick(random);
  const isLarge = !SMALL_ONLY.includes(format) && random.chance(0.6);
  const [width, height] = random.pick(isLarge ? LARGE_SIZES : SMALL_SIZES);
  const hasNotes = (format === 'jpeg' || format === 'tiff' || format === 'webp') && random.chance(0.55);
  const isTurned = hasNotes && random.chance(0.45);
  return {
    format,
    width,
    height,
    treatment: treatmentFor(format, random),
    orientation: hasNotes ? (isTurned ? random.int(2, 8) : 1) : undefined,
    notes: hasNotes ? writeNotes(owner, createdAt, random) : undefined,
  };
}

function treatmentFor(format: PictureFormat, random: Random): Treatment {
  if ((format === 'png' || format === 'webp') && random.chance(0.3)) return 'transparent';
  if (format === 'gif' && random.chance(0.5)) return 'animated';
  return random.chance(0.08) ? 'grey' : 'plain';
}

/** Taken up to a month before it was uploaded, near home. */
function writeNotes(owner: Person, createdAt: number, random: Random): CameraNotes {
  const hours = Math.round(owner.longitude / 15);
  const takenAt = new Date(createdAt - random.exponential(4 * DAY_MS) + hours * 3_600_000);
  const offset = `${hours < 0 ? '-' : '+'}${String(Math.abs(hours)).padStart(2, '0')}:00`;
  const near = { latitude: owner.latitude + random.normal(0, 0.2), longitude: owner.longitude + random.normal(0, 0.2) };
  return {
    takenAt: takenAt.toISOString().slice(0, 19).replaceAll('-', ':').replace('T', ' '),
    offset: random.chance(0.6) ? offset : undefined,
    model: random.pick(CAMERAS),
    location: random.chance(0.6) ? near : undefined,
  };
}
