import { constants, type Stats } from 'node:fs';
import { lstat, open, realpath, unlink } from 'node:fs/promises';
import { dirname, isAbsolute, join, parse, posix, win32 } from 'node:path';

/** What a media row's file name leads to. */
export type MediaFile =
  | { kind: 'file'; path: string; byteSize: number; modifiedAt: Date }
  | { kind: 'missing' }
  /** Not to be touched: it leads, or may lead, out of the folder. */
  | { kind: 'unsafe'; reason: string };

/**
 * The real path of the media folder. Throws when it is not there: a volume that isn't mounted must not
 * appear as a folder whose files are all gone.
 */
export async function openMediaFolder(mediaDir: string): Promise<string> {
  if (!isAbsolute(mediaDir)) throw new Error(`The media folder must be an absolute path, not "${mediaDir}".`);
  const root = await realpath(mediaDir).catch(() => undefined);
  if (root === undefined || !(await lstat(root)).isDirectory()) {
    throw new Error(`The media folder ${mediaDir} is not there.`);
  }
  if (root === parse(root).root) throw new Error('The media folder must not be the root of the file system.');
  return root;
}

/** Finds a file name below `root`, a real path, without following any link on the way. */
export async function findMediaFile(root: string, fileName: string): Promise<MediaFile> {
  const problem = nameProblem(fileName);
  if (problem) return { kind: 'unsafe', reason: problem };
  const path = join(root, fileName);
  try {
    const onTheWay = await checkFolders(root, fileName);
    return onTheWay ?? describeFile(path, await lstat(path));
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    if (NOT_THERE.has(code)) return { kind: 'missing' };
    // Anything else, such as a refused permission, must not pass for a missing file.
    return { kind: 'unsafe', reason: `can't be read (${code})` };
  }
}

const NOT_THERE = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG']);

/** Undefined when each folder of the path is a directory. Throws as `lstat` does. */
async function checkFolders(root: string, fileName: string): Promise<MediaFile | undefined> {
  let folder = root;
  for (const part of fileName.split('/').slice(0, -1)) {
    folder = join(folder, part);
    const found = await lstat(folder);
    if (found.isSymbolicLink()) return { kind: 'unsafe', reason: 'goes through a symbolic link' };
    if (!found.isDirectory()) return { kind: 'missing' };
  }
  return undefined;
}

function describeFile(path: string, found: Stats): MediaFile {
  if (found.isSymbolicLink()) return { kind: 'unsafe', reason: 'is a symbolic link' };
  if (!found.isFile()) return { kind: 'unsafe', reason: 'is not a regular file' };
  return { kind: 'file', path, byteSize: found.size, modifiedAt: found.mtime };
}

function nameProblem(fileName: string): string | undefined {
  if (fileName === '' || fileName.includes('\0')) return 'is not a file name';
  if (fileName.includes('\\')) return 'contains a backslash';
  if (posix.isAbsolute(fileName) || win32.isAbsolute(fileName)) return 'is an absolute path';
  if (fileName.split('/').some((part) => part === '' || part === '.' || part === '..')) {
    return 'contains empty parts, . or ..';
  }
  return undefined;
}

/**
 * Removes a file below `root` that was last changed before `olderThan`; false when it is not there, newer
 * or not safe to remove. Its path is checked again right before: a folder may have become a link.
 */
export async function removeMediaFile(root: string, fileName: string, olderThan: Date): Promise<boolean> {
  const file = await findMediaFile(root, fileName);
  if (file.kind !== 'file' || file.modifiedAt >= olderThan) return false;
  const parent = dirname(file.path);
  if ((await realpath(parent)) !== parent) return false;
  // Takes the name away, whatever it has become: a link's target stays.
  await unlink(file.path);
  return true;
}

/** Reads a whole file that `findMediaFile` found. Throws when it became a link or is larger than `most` bytes. */
export async function readMediaFile(path: string, most: number): Promise<Buffer> {
  const handle = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  try {
    const { size } = await handle.stat();
    if (size > most) throw new Error(`larger than ${most} bytes`);
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}
