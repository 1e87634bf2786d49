import { mkdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { dirname, join, parse } from 'node:path';
import { damageBytes } from './damage.js';
import type { MediaItem } from './media.js';
import { Random } from './random.js';
import { renderPicture } from './render-picture.js';

/** Enough to keep two cores busy beside the database. */
const AT_ONCE = 3;

export type RenderPicture = typeof renderPicture;

/**
 * Renders the files and writes them below `mediaDir`, dated as their uploads, and returns how many.
 * A file that is there already stays as it is: when its bytes are others, the item gets the next free name.
 */
export async function writeMediaFiles(
  items: readonly MediaItem[],
  mediaDir: string,
  { seed, render = renderPicture }: { seed: number; render?: RenderPicture | undefined },
): Promise<number> {
  const waiting = items.filter((item) => item.fate !== 'missing').values();
  let written = 0;
  const work = async () => {
    for (const item of waiting) {
      const bytes = await bytesOf(item, seed, render);
      item.fileName = await placeFile(mediaDir, item.fileName, bytes);
      const date = new Date(item.createdAt);
      await utimes(join(mediaDir, item.fileName), date, date);
      written++;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return written;
}

async function bytesOf(item: MediaItem, seed: number, render: RenderPicture): Promise<Buffer> {
  const random = new Random(seed, `picture ${item.id}`);
  const bytes = await render(item.picture, random);
  return item.damage ? damageBytes(bytes, item.damage, random) : bytes;
}

async function placeFile(mediaDir: string, wanted: string, bytes: Buffer): Promise<string> {
  await mkdir(dirname(join(mediaDir, wanted)), { recursive: true });
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : numbered(wanted, number);
    if (await hasFile(join(mediaDir, name), bytes)) return name;
  }
}

function numbered(fileName: string, number: number): string {
  const { dir, name, ext } = parse(fileName);
  return `${dir}/${name}-${number}${ext}`;
}

/** Whether the file has these bytes now; false when another was there before. */
async function hasFile(path: string, bytes: Buffer): Promise<boolean> {
  try {
    await writeFile(path, bytes, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const present = await readFile(path).catch(() => undefined);
    return present?.equals(bytes) ?? false;
  }
}
