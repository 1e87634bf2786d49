import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { programOf, ROOT } from '../lib/repository.js';
import { type Manifest, manifestOf, PACKAGES, type PackageName } from './manifests.js';

const run = promisify(execFile);

/**
 * Builds the packages that other applications install, as `npm install` takes them: compiled JavaScript, declarations,
 * in the engine's the migrations and in the server's the panel, which has to be built before. Writes a tarball of each into a folder,
 * that of the test kit into the folder `dev` in it, and returns their paths.
 */
export async function buildPackages(folder: string): Promise<Record<PackageName, string>> {
  await mkdir(folder, { recursive: true });
  const stage = await mkdtemp(join(tmpdir(), 'job-manager-packages-'));
  try {
    const compiled = join(stage, 'compiled');
    await Promise.all([compile(compiled), compileClient(join(stage, 'client/dist'))]);
    await Promise.all([
      stageShared(compiled, join(stage, 'shared')),
      stageEngine(compiled, join(stage, 'engine')),
      stageServer(compiled, join(stage, 'server')),
      cp(join(compiled, 'backend/testing/src'), join(stage, 'testing/dist'), { recursive: true }),
    ]);
    // Apart: applications need it for their tests alone.
    const folderOf = (name: PackageName) => (name === 'testing' ? join(folder, 'dev') : folder);
    await mkdir(folderOf('testing'), { recursive: true });
    const packed = await Promise.all(
      PACKAGES.map(async (name) => [name, await pack(name, join(stage, name), folderOf(name))]),
    );
    return Object.fromEntries(packed) as Record<PackageName, string>;
  } finally {
    await rm(stage, { recursive: true });
  }
}

/** What the server's package is made of: what applications import, its command, and the programs of child processes. */
const PROGRAMS = ['index', 'cli/job-manager', 'cli/run-job/end-abandoned-run', 'built-in-runner-process'];

async function compile(outDir: string): Promise<void> {
  const config = {
    extends: join(ROOT, 'tsconfig.base.json'),
    compilerOptions: {
      ...{ noEmit: false, declaration: true, rootDir: ROOT, outDir },
      typeRoots: [join(ROOT, 'node_modules/@types')],
    },
    files: PROGRAMS.map((program) => join(ROOT, `backend/server/src/${program}.ts`)),
    // What a package imports from another one counts as a library, which is not compiled.
    include: [
      ...['shared/src', 'backend/client/src', 'backend/testing/src'],
      ...['backend/engine/src/**/*.ts', 'backend/engine/src/**/*.mjs'],
    ].map((path) => join(ROOT, path)),
    exclude: [
      '**/*.test.ts',
      ...['testing', 'generated', 'database/schema-diff.ts'].map((path) => `backend/engine/src/${path}`),
    ].map((path) => join(ROOT, path)),
  };
  const path = join(dirname(outDir), 'tsconfig.json');
  await writeFile(path, JSON.stringify(config));
  await tsc('-p', path);
}

/** It has what it needs of shared inside, and so depends on no package of ours. */
const compileClient = (outDir: string): Promise<void> =>
  tsc('-p', join(ROOT, 'backend/client/tsconfig.build.json'), '--outDir', outDir);

async function tsc(...args: string[]): Promise<void> {
  await run(process.execPath, [programOf('typescript', 'tsc'), ...args, '--checkers', '1']).catch((error) => {
    throw new Error(`The packages could not be compiled:\n${error.stdout}`);
  });
}

const stageShared = (compiled: string, stage: string): Promise<void> =>
  cp(join(compiled, 'shared/src'), join(stage, 'dist'), { recursive: true });

async function stageEngine(compiled: string, stage: string): Promise<void> {
  const copy = (from: string, to: string) => cp(from, join(stage, to), { recursive: true });
  await copy(join(compiled, 'backend/engine/src'), 'dist');
  await Promise.all([
    // Loaded before anything else of a child process, and named by no module.
    copy(
      join(ROOT, 'backend/engine/src/queue/isolation/ignore-stop-signals.cjs'),
      'dist/queue/isolation/ignore-stop-signals.cjs',
    ),
    ...['migrations', 'functions', 'application-role.sql'].map((file) =>
      copy(join(ROOT, 'prisma', file), `prisma/${file}`),
    ),
  ]);
}

async function stageServer(compiled: string, stage: string): Promise<void> {
  const copy = (from: string, to: string) => cp(from, join(stage, to), { recursive: true });
  await copy(join(compiled, 'backend/server/src'), 'dist');
  await Promise.all([
    copy(join(ROOT, 'backend/server/src/auth/common-passwords.txt'), 'dist/auth/common-passwords.txt'),
    copy(join(ROOT, 'frontend/dist'), 'panel'),
    ...['swagger-ui.css', 'swagger-ui-bundle.js', 'swagger-ui-bundle.js.LICENSE.txt', 'LICENSE', 'NOTICE'].map((file) =>
      copy(join(ROOT, 'backend/server/node_modules/swagger-ui-dist', file), `api-docs/${file}`),
    ),
  ]);
}

async function pack(name: PackageName, stage: string, folder: string): Promise<string> {
  const manifest = await manifestOf(name);
  await writeFile(join(stage, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  await cp(join(ROOT, 'LICENSE'), join(stage, 'LICENSE'));
  await writeFile(join(stage, 'README.md'), readmeOf(manifest));
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: stage,
    env: { ...process.env, npm_config_update_notifier: 'false' },
    shell: process.platform === 'win32',
    maxBuffer: 64 * 2 ** 20,
  });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  return join(folder, filename);
}

const readmeOf = ({ name, description }: Manifest): string =>
  `# ${name}\n\n${description}. A part of Job Manager: background jobs for TypeScript teams on PostgreSQL, with a live panel.\n`;
