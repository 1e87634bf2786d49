import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path/posix';
import { expect, it } from 'vitest';
import { ROOT } from './repository.js';

/** The packages of this repository, each with what its product code may import of the others. */
const PACKAGES: Record<string, { folder: string; mayImport: readonly string[] }> = {
  shared: { folder: 'shared', mayImport: [] },
  client: { folder: 'backend/client', mayImport: ['shared'] },
  engine: { folder: 'backend/engine', mayImport: ['shared', 'client'] },
  server: { folder: 'backend/server', mayImport: ['shared', 'client', 'engine'] },
  sample: { folder: 'backend/sample', mayImport: ['shared', 'engine'] },
  testing: { folder: 'backend/testing', mayImport: ['shared', 'client', 'engine'] },
  frontend: { folder: 'frontend', mayImport: ['shared'] },
};
const PROGRAMS = ['scripts', 'e2e', 'prisma/seed'];

const SKIPPED = new Set(['node_modules', 'dist', 'generated', 'hosts']);
const filesIn = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : filesIn(path);
    return /(?<!\.d)\.(ts|tsx|mjs)$/.test(entry.name) ? [path] : [];
  });
const files = [...Object.values(PACKAGES).map(({ folder }) => folder), ...PROGRAMS].flatMap(filesIn);
const known = new Set(files);

/** Imports of values and of types, and those at run time. A word between them and the text would be code. */
const IMPORT =
  /^(?:import|export)\b[^'"`;]*?\bfrom\s*'([^'\n]+)'|^import\s*'([^'\n]+)'|\bimport\(\s*(?:\/\*.*?\*\/\s*)?'([^'\n]+)'/gm;
const importsOf = new Map(
  [...new Set(files)].map((file) => {
    const text = readFileSync(join(ROOT, file), 'utf8');
    return [file, [...text.matchAll(IMPORT)].map(([, from, bare, lazy]) => from ?? bare ?? lazy ?? '')] as const;
  }),
);

const packageOf = (file: string): string | undefined =>
  Object.keys(PACKAGES).find((name) => file.startsWith(`${PACKAGES[name]?.folder}/`));

/** The file that an import means; undefined for one that is none of ours. */
function fileOf(from: string, file: string): string | undefined {
  const [, name, path = 'index'] = /^@job-manager\/([^/]+)(?:\/(.+))?$/.exec(from) ?? [];
  if (name === undefined && !from.startsWith('.')) return undefined;
  const target = name === undefined ? normalize(join(dirname(file), from)) : `${PACKAGES[name]?.folder}/src/${path}`;
  const stem = target.replace(/\.js$/, '');
  return [target, `${stem}.ts`, `${stem}.tsx`, `${stem}/index.ts`].find((candidate) => known.has(candidate));
}

const graph = new Map(
  [...importsOf].map(([file, imports]) => [file, imports.flatMap((from) => fileOf(from, file) ?? [])] as const),
);

it('every import of ours is found', () => {
  const lost = [...importsOf].flatMap(([file, imports]) =>
    imports
      .filter((from) => /^(\.|@job-manager\/)/.test(from) && !/\.(css|txt|json)$|\/generated\//.test(from))
      .filter((from) => fileOf(from, file) === undefined && !existsSync(join(ROOT, dirname(file), from)))
      .map((from) => `${file}: ${from}`),
  );
  expect(lost).toEqual([]);
  expect(graph.size).toBeGreaterThan(1_000);
});

it('no file imports itself by way of others, for a type neither', () => {
  expect(circlesIn(graph)).toEqual([]);
  const closed = new Map(graph).set('shared/src/run.ts', ['backend/engine/src/queue/queue.ts']);
  expect(circlesIn(closed)).not.toEqual([]);
});

const isTest = (file: string): boolean =>
  /\.test\.tsx?$|\/testing\/|\/examples\//.test(file.replace('backend/testing/', ''));

it('packages import what stands below them, and nothing else of ours', () => {
  const wrong = [...graph].flatMap(([file, targets]) => {
    const name = packageOf(file);
    if (name === undefined || isTest(file)) return [];
    const allowed = [name, ...(PACKAGES[name]?.mayImport ?? [])];
    return targets
      .filter((target) => !allowed.includes(packageOf(target) ?? ''))
      .map((target) => `${file} → ${target}`);
  });
  expect(wrong).toEqual([]);
});

it('product code imports no test code', () => {
  const wrong = [...graph].flatMap(([file, targets]) =>
    packageOf(file) === undefined || isTest(file) ? [] : targets.filter(isTest).map((target) => `${file} → ${target}`),
  );
  expect(wrong).toEqual([]);
});

it('the engine has nothing of HTTP, sockets and the API behind it', () => {
  const engine = files.filter((file) => packageOf(file) === 'engine' && !isTest(file));
  const found = engine.flatMap((file) =>
    (importsOf.get(file) ?? []).filter((from) => /^(express|ws|@orpc\/|swagger-ui|helmet|node:https?$)/.test(from)),
  );
  expect(found).toEqual([]);
});

/** Each circle by one of its files: those that a walk comes back to while it is still on the way from them. */
function circlesIn(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const way: string[] = [];
  const circles: string[] = [];
  const walk = (file: string): void => {
    if (way.includes(file)) circles.push([...way.slice(way.indexOf(file)), file].join(' → '));
    if (done.has(file)) return;
    done.add(file);
    way.push(file);
    for (const target of imports.get(file) ?? []) walk(target);
    way.pop();
  };
  for (const file of imports.keys()) walk(file);
  return circles;
}
