import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { ROOT } from './repository.js';

const SKIPPED = new Set(['node_modules', 'dist', 'generated']);

/** A hash over the names and contents of files and whole folders of this clone; other text may be mixed in. */
export async function fingerprint(paths: string[], ...more: string[]): Promise<string> {
  const files = (await Promise.all(paths.map((path) => filesBelow(join(ROOT, path))))).flat().sort();
  const contents = await Promise.all(files.map((file) => readFile(file)));
  const hash = createHash('sha256').update(more.join('\0'));
  files.forEach((file, index) => {
    hash.update(`\0${relative(ROOT, file)}\0`).update(contents[index] ?? '');
  });
  return hash.digest('hex');
}

async function filesBelow(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => undefined);
  if (!found) return [];
  if (found.isFile()) return [path];
  const names = (await readdir(path)).filter((name) => !SKIPPED.has(name) && !name.includes('.test.'));
  return (await Promise.all(names.map((name) => filesBelow(join(path, name))))).flat();
}
