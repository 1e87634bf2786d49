import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { COMPILED_LOADER } from '@job-manager/engine/testing/compiled-programs';

/** The part of esbuild that is used here. */
interface Esbuild {
  build(options: Record<string, unknown> & { plugins: Plugin[] }): Promise<unknown>;
}
interface Plugin {
  name: string;
  setup(build: { onLoad(which: { filter: RegExp }, load: (file: { path: string }) => Promise<Loaded>): void }): void;
}
interface Loaded {
  contents: string;
  loader: 'ts';
}

// The one that runs all our TypeScript.
const esbuild = createRequire(createRequire(import.meta.url).resolve('tsx'))('esbuild') as Esbuild;

const sourceOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const THREAD = 'heartbeat-thread.mjs';
/** The file of the bundle. */
export const BUNDLED_RUNNER = 'runner.cjs';
/** As the engine resolves its thread. */
const THREAD_URL = `new URL('./${THREAD}', import.meta.url)`;

/**
 * What no runner of this suite has a use for, and what stands there instead, such as the loader of TypeScript
 * no more. The engine is all there.
 */
const instead: Record<string, string> = {
  'backend/engine/src/typescript-loader.ts': COMPILED_LOADER,
  // Runners of this suite start without `fetch`.
  'backend/engine/src/database/light-pg.mjs': '',
};

/** Bundles the runner of this suite into a folder: it starts in a tenth of the time. */
export async function bundleRunner(folder: string): Promise<void> {
  const thread = join(folder, 'heartbeat-thread.mjs');
  const runner = join(folder, BUNDLED_RUNNER);
  const common = { bundle: true, platform: 'node', target: 'node20', external: ['pg-native'], logLevel: 'warning' };
  const ourSource = fromSource(pathToFileURL(thread).href);
  await Promise.all([
    esbuild.build({
      ...common,
      entryPoints: [sourceOf(`../../../backend/engine/src/queue/${THREAD}`)],
      outfile: thread,
      format: 'esm',
      // For imported CommonJS modules.
      banner: {
        js: `import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);`,
      },
      plugins: [ourSource],
    }),
    esbuild.build({
      ...common,
      entryPoints: [sourceOf('./runner-program.ts')],
      outfile: runner,
      format: 'cjs',
      plugins: [ourSource],
    }),
  ]);
}

/** Keeps `import.meta.url` of source files as it was before bundling, except for the thread, which is a bundle of its own. */
function fromSource(thread: string): Plugin {
  const load = async ({ path }: { path: string }): Promise<Loaded> => {
    const unused = Object.keys(instead).find((file) => path.endsWith(file));
    const written = unused ? (instead[unused] ?? '') : await readFile(path, 'utf8');
    if (path.endsWith('queue/heartbeat.ts') && !written.includes(THREAD_URL))
      throw new Error(`No ${THREAD_URL} in ${path}`);
    const contents = written
      .replace(THREAD_URL, `new URL(${JSON.stringify(thread)})`)
      .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href));
    return { contents, loader: 'ts' };
  };
  return {
    name: 'from source',
    setup: (build) => build.onLoad({ filter: /\/backend\/(engine|server)\/src\/.*\.(ts|mjs)$/ }, load),
  };
}
