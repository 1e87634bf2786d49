import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ROOT } from '../lib/repository.js';
import { openJobsPage } from './bench.js';
import type { Part } from './figure.js';

const PANEL = join(ROOT, 'frontend/dist');
/** What a page still loads by itself once it is live, such as a dialog's code ahead of its use, comes within this. */
const SETTLED_MS = 1_000;

/** What the browser loads to show the main page, in the size that travels. */
export const scriptSize: Part = {
  id: 'script-size',
  measure: async (bench) => {
    const context = await bench.openContext();
    const loaded = new Set<string>();
    context.on('request', (request) => loaded.add(new URL(request.url()).pathname));
    try {
      const page = await openJobsPage(context);
      await page.waitForTimeout(SETTLED_MS);
    } finally {
      await context.close();
    }
    const [scripts, styles, fonts] = await Promise.all([
      measure(loaded, 'js'),
      measure(loaded, 'css'),
      measure(loaded, 'woff2'),
    ]);
    return [
      {
        name: 'JavaScript for /admin/jobs, gzipped',
        value: scripts.kilobytes,
        unit: 'kB',
        most: 250,
        details: [
          `${scripts.files} scripts, ${scripts.plain} kB unpacked; style sheets ${styles.kilobytes} kB in ${styles.files} files; fonts ${fonts.plain} kB`,
        ],
      },
    ];
  },
};

/** Kilobytes of 1,000 bytes. */
async function measure(paths: Set<string>, extension: string) {
  const chosen = [...paths].filter((path) => path.endsWith(`.${extension}`));
  const files = await Promise.all(chosen.map((path) => readFile(join(PANEL, path))));
  const sum = (sizes: number[]) => Math.round(sizes.reduce((total, size) => total + size, 0) / 100) / 10;
  return {
    files: files.length,
    plain: sum(files.map((file) => file.length)),
    kilobytes: sum(files.map((file) => gzipSync(file).length)),
  };
}
