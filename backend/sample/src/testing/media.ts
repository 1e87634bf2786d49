import { mkdir, mkdtemp, realpath, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp, { type Sharp } from 'sharp';

export interface TestMedia {
  /** A real path. */
  dir: string;
  /** Writes a file, in folders as needed, last changed at `modifiedAt`; returns its path. */
  write(fileName: string, content: string | Uint8Array, modifiedAt?: Date): Promise<string>;
  remove(): Promise<void>;
}

/** An empty media folder of the test's own. */
export async function createTestMedia(): Promise<TestMedia> {
  const dir = await realpath(await mkdtemp(join(tmpdir(), 'job-manager-media-')));
  return {
    dir,
    write: async (fileName, content, modifiedAt) => {
      const path = join(dir, fileName);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
      if (modifiedAt) await utimes(path, modifiedAt, modifiedAt);
      return path;
    },
    remove: () => rm(dir, { recursive: true, force: true }),
  };
}

/** A picture of one colour; the `sharp` object allows further changes. */
export function plainPicture(width: number, height: number, background: string): Sharp {
  return sharp({ create: { width, height, channels: 3, background } });
}

/** Noise takes space even compressed, so that a part of such a file is visibly a part. */
export function noisyPicture(width: number, height: number): Sharp {
  return sharp({
    create: {
      width,
      height,
      channels: 3,
      background: '#808080',
      noise: { type: 'gaussian', mean: 128, sigma: 40 },
    },
  });
}

/** EXIF with the time, zone and orientation of a shot, and where it was taken: in London. */
export const LONDON_EXIF = {
  IFD2: { DateTimeOriginal: '2024:05:06 12:34:56', OffsetTimeOriginal: '+02:00' },
  IFD3: {
    GPSLatitudeRef: 'N',
    GPSLatitude: '51/1 30/1 26/1',
    GPSLongitudeRef: 'W',
    GPSLongitude: '0/1 7/1 39/1',
  },
};
