import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../lib/repository.js';

export const PACKAGES = ['shared', 'client', 'engine', 'server', 'testing'] as const;
export type PackageName = (typeof PACKAGES)[number];

type Versions = Record<string, string>;

export interface Manifest {
  name: string;
  version: string;
  description: string;
  type: 'module';
  license: string;
  engines: { node: string };
  bin?: Record<string, string>;
  main?: string;
  types?: string;
  exports: Record<string, string | { types: string; default: string }>;
  typesVersions?: { '*': Record<string, string[]> };
  dependencies?: Versions;
  peerDependencies?: Versions;
  peerDependenciesMeta?: Record<string, { optional: boolean }>;
}

/** In the repository each is a workspace of TypeScript. */
const FOLDERS: Record<PackageName, string> = {
  shared: 'shared',
  client: 'backend/client',
  engine: 'backend/engine',
  server: 'backend/server',
  testing: 'backend/testing',
};

const DESCRIPTIONS: Record<PackageName, string> = {
  shared: 'What the packages of Job Manager have in common',
  client: 'Enqueue runs of Job Manager from any Node program, also inside a transaction of yours',
  engine: 'Background jobs on PostgreSQL: queue, schedules and workers, without HTTP',
  server: 'Background jobs on PostgreSQL for your application: the engine with its API and the live panel',
  testing: 'Test jobs of Job Manager and the code that queues them, without waiting',
};

/** Of tests, of tools that read migrations, and of a clone that is run from source; and what a package has a copy of. */
const NOT_PUBLISHED = [
  '@prisma/adapter-pg',
  '@prisma/client',
  '@prisma/driver-adapter-utils',
  '@prisma/schema-engine-wasm',
  'swagger-ui-dist',
  'tsx',
];

/** The manifest of a package as it is published: versions instead of workspaces, JavaScript instead of TypeScript. */
export async function manifestOf(name: PackageName): Promise<Manifest> {
  const [root, own] = await Promise.all([readManifest(''), readManifest(FOLDERS[name])]);
  const { version, license, engines } = root;
  return {
    ...{ name: `@job-manager/${name}`, version, description: DESCRIPTIONS[name], type: 'module', license, engines },
    ...ENTRIES[name],
    ...requirements(name, own, version),
  };
}

/** All modules of a folder, for our other packages alone. */
const modulesIn = (folder: string) => ({ './*': { types: `./${folder}/*.d.ts`, default: `./${folder}/*.js` } });
/** The same, for resolution that reads no `exports`. */
const typesIn = (folder: string) => ({
  typesVersions: { '*': { 'dist/*': ['./dist/*'], '*': [`./${folder}/*.d.ts`] } },
});
const entry = (path: string) => ({ types: `./${path}.d.ts`, default: `./${path}.js` });
const main = (path: string) => ({ main: `./${path}.js`, types: `./${path}.d.ts` });

const CLIENT = 'dist/backend/client/src';
const ENTRIES: Record<PackageName, Pick<Manifest, 'bin' | 'main' | 'types' | 'exports' | 'typesVersions'>> = {
  shared: { exports: modulesIn('dist'), ...typesIn('dist') },
  client: {
    ...main(`${CLIENT}/index`),
    exports: { '.': entry(`${CLIENT}/index`), ...modulesIn(CLIENT) },
    ...typesIn(CLIENT),
  },
  engine: {
    ...main('dist/index'),
    exports: { '.': entry('dist/index'), './package.json': './package.json', ...modulesIn('dist') },
    ...typesIn('dist'),
  },
  server: {
    bin: { 'job-manager': 'dist/cli/job-manager.js' },
    ...main('dist/index'),
    exports: { '.': entry('dist/index'), './package.json': './package.json' },
  },
  testing: { ...main('dist/index'), exports: { '.': entry('dist/index') } },
};

interface Workspace {
  version: string;
  license: string;
  engines: { node: string };
  dependencies?: Versions;
  peerDependencies?: Versions;
  peerDependenciesMeta?: Record<string, { optional: boolean }>;
}

const readManifest = async (folder: string): Promise<Workspace> =>
  JSON.parse(await readFile(join(ROOT, folder, 'package.json'), 'utf8'));

function requirements(name: PackageName, own: Workspace, version: string): Partial<Manifest> {
  const { peerDependencies, peerDependenciesMeta } = own;
  const dependencies = Object.fromEntries(
    Object.entries(own.dependencies ?? {})
      .filter(([dependency]) => !NOT_PUBLISHED.includes(dependency))
      .map(([dependency, wanted]) => [dependency, wanted.startsWith('workspace:') ? version : wanted]),
  );
  const { zod, ...others } = dependencies;
  // The client makes schemas for itself alone: an application that enqueues may have another zod, or none.
  const isPeer = zod !== undefined && name !== 'client';
  const rest = isPeer || !zod ? others : { ...others, zod: `^${zod}` };
  return {
    ...(Object.keys(rest).length > 0 && { dependencies: rest }),
    // One zod for the jobs of an application and for what reads their schemas.
    ...((isPeer || peerDependencies) && {
      peerDependencies: { ...peerDependencies, ...(isPeer && { zod: '^4.0.0' }) },
    }),
    ...(peerDependenciesMeta && { peerDependenciesMeta }),
  };
}
