import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ROOT } from './repository.js';

const PANEL = join(ROOT, 'frontend/dist');

/** What the panel's scripts may weigh, gzipped, in kilobytes of 1,000 bytes. */
export const scriptBudgets = {
  /** All that /admin/jobs loads by itself, dialogs before their use included; it weighs 250.4. */
  jobsPage: 252,
  /** One script that is loaded only when it is needed. The largest, the error reports to Sentry, weighs 31. */
  lazyScript: 40,
  /**
   * What draws charts, with the dialog that shows one large: everything that `/admin/jobs/overview?chart=failed` loads
   * besides.
   */
  charts: 110,
  /** All of them together; they weigh 425. The pages of the console that are to come have their share. */
  all: 900,
};

export interface PanelFile {
  path: string;
  /** Bytes. */
  plain: number;
  gzipped: number;
}

/** The sizes of files of the built panel, given by their paths in it; the largest first. */
export async function weigh(paths: Iterable<string>): Promise<PanelFile[]> {
  const files = await Promise.all(
    [...paths].map(async (path) => {
      const content = await readFile(join(PANEL, path));
      return { path, plain: content.length, gzipped: gzipSync(content).length };
    }),
  );
  return files.sort((a, b) => b.gzipped - a.gzipped);
}

/** The paths of every script of the built panel, as the browser requests them. */
export async function listScripts(): Promise<string[]> {
  const names = await readdir(PANEL, { recursive: true });
  return names.filter((name) => name.endsWith('.js')).map((name) => `/${name.replaceAll('\\', '/')}`);
}

/** Which of these scripts contain a text. */
export async function findScripts(paths: Iterable<string>, text: string): Promise<string[]> {
  const contents = await Promise.all(
    [...paths].map(async (path) => ({ path, content: await readFile(join(PANEL, path), 'utf8') })),
  );
  return contents.filter(({ content }) => content.includes(text)).map(({ path }) => path);
}

/** All of them together, in kilobytes to one decimal. */
export function kilobytes(files: PanelFile[], size: 'plain' | 'gzipped'): number {
  return Math.round(files.reduce((sum, file) => sum + file[size], 0) / 100) / 10;
}
