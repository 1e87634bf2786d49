import { kilobytes, scriptBudgets, weigh } from '../lib/panel-scripts.js';
import { openJobsPage } from './bench.js';
import type { Part } from './figure.js';

/** What a page still loads by itself once it is live, such as a dialog's code before its use, comes within this. */
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
        value: scripts.gzipped,
        unit: 'kB',
        most: scriptBudgets.jobsPage,
        details: [
          `${scripts.files} scripts, ${scripts.plain} kB unpacked; style sheets ${styles.gzipped} kB in ${styles.files} files; fonts ${fonts.plain} kB`,
        ],
      },
    ];
  },
};

async function measure(paths: Set<string>, extension: string) {
  const files = await weigh([...paths].filter((path) => path.endsWith(`.${extension}`)));
  return { files: files.length, plain: kilobytes(files, 'plain'), gzipped: kilobytes(files, 'gzipped') };
}
