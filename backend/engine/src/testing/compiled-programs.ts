import childProcess from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The part of esbuild that is used here. */
interface Esbuild {
  build(options: Record<string, unknown>): Promise<unknown>;
}
interface PluginBuild {
  onLoad(
    which: { filter: RegExp },
    load: (file: { path: string }) => Promise<{ contents: string; loader: 'ts' }>,
  ): void;
}

// The one that runs all our TypeScript.
const esbuild = createRequire(createRequire(import.meta.url).resolve('tsx'))('esbuild') as Esbuild;
const repository = fileURLToPath(new URL('../../../..', import.meta.url));
const CHILD = new URL('../queue/isolation/child.ts', import.meta.url);

/** What `typescript-loader.ts` is among compiled programs that find the rest of the source where it was. */
export const COMPILED_LOADER = `import { fileURLToPath } from 'node:url';
export const isCompiled = false, typescriptArgs = [], programAt = (source) => fileURLToPath(source);`;

export interface CompiledPrograms {
  /** Where the compiled form of a module is. */
  urlOf(module: URL): string;
  /** Lets programs start from TypeScript again. */
  restore(): void;
  /** Does so, and removes the compiled ones. */
  remove(): Promise<void>;
}

/**
 * Compiles these programs and the process of isolated jobs, and has `fork` start what it compiled: loading hundreds of
 * TypeScript modules takes a second of a processor for each process, loading a bundle a third of that.
 */
export async function compilePrograms(...modules: URL[]): Promise<CompiledPrograms> {
  const cache = fileURLToPath(new URL('../../../server/node_modules/.cache/', import.meta.url));
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'programs-'));
  const compiledOf = (path: string) => join(folder, relative(repository, path)).replace(/\.ts$/, '.mjs');
  const urlOf = (module: URL) => pathToFileURL(compiledOf(fileURLToPath(module))).href;
  await esbuild.build({
    ...{ bundle: true, splitting: true, platform: 'node', target: 'node20', format: 'esm', logLevel: 'warning' },
    entryPoints: [CHILD, ...modules].map((module) => fileURLToPath(module)),
    ...{ outdir: folder, outbase: repository, outExtension: { '.js': '.mjs' } },
    external: ['pg-native', '@node-rs/argon2'],
    // For what is CommonJS among what they import.
    banner: {
      js: `import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);`,
    },
    plugins: [{ name: 'from source', setup: (build: PluginBuild) => readSources(build, [CHILD, ...modules], urlOf) }],
  });
  const restore = replaceFork((path) => (modules.concat(CHILD).some(isAt(path)) ? compiledOf(path) : undefined));
  return {
    urlOf,
    restore,
    remove: async () => {
      restore();
      await rm(folder, { recursive: true });
    },
  };
}

const isAt = (path: string) => (module: URL) => fileURLToPath(module) === path;

/** Source files find what stands beside them where it was, but for what is compiled too. */
function readSources(build: PluginBuild, modules: URL[], urlOf: (module: URL) => string): void {
  build.onLoad({ filter: /\/(backend\/(engine|sample|server)\/src|e2e\/faults)\/.*\.(ts|mjs)$/ }, async ({ path }) => {
    const written = path.endsWith('/typescript-loader.ts') ? COMPILED_LOADER : await readFile(path, 'utf8');
    const itself = modules.find(isAt(path));
    const contents = written
      .replace(/new URL\('(.+?)', import\.meta\.url\)/g, (named, relative) => {
        const module = modules.find(isAt(fileURLToPath(new URL(relative, pathToFileURL(path)))));
        return module ? `new URL(${JSON.stringify(urlOf(module))})` : named;
      })
      .replaceAll('import.meta.url', JSON.stringify(itself ? urlOf(itself) : pathToFileURL(path).href));
    return { contents, loader: 'ts' };
  });
}

/** Returns how to undo it. */
function replaceFork(compiledOf: (path: string) => string | undefined): () => void {
  const { fork } = childProcess;
  const forkCompiled = (path: string, ...rest: [string[], childProcess.ForkOptions] | [childProcess.ForkOptions]) => {
    const [args, options] = rest.length === 2 ? rest : [[], rest[0]];
    const compiled = compiledOf(path);
    const execArgv = (options.execArgv ?? []).filter(
      (arg, at, all) => arg !== '--import' && all[at - 1] !== '--import',
    );
    return compiled === undefined ? fork(path, args, options) : fork(compiled, args, { ...options, execArgv });
  };
  childProcess.fork = forkCompiled as typeof fork;
  syncBuiltinESMExports();
  return () => {
    childProcess.fork = fork;
    syncBuiltinESMExports();
  };
}
