import { readFile } from 'node:fs/promises';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const backend = `http://127.0.0.1:${process.env.BACKEND_PORT ?? 3000}`;

/**
 * Zod can write its schemas as JSON Schema, which the panel never uses: 5 kB of the first load. Each schema
 * refers to that code as soon as it is made, so no bundler finds it unused; the build puts empty functions in its
 * place.
 */
const withoutJsonSchema: Plugin = {
  name: 'without-json-schema',
  apply: 'build',
  enforce: 'pre',
  async load(id) {
    if (!/\/zod\/v4\/core\/(?:json-schema-processors|to-json-schema)\.js$/.test(id)) return null;
    const names = [...(await readFile(id, 'utf8')).matchAll(/^export (?:const|function) (\w+)/gm)].map(
      ([, name]) => name,
    );
    const stubs = names.map((name) => `export const ${name} = () => undefined;`);
    return `${stubs.join('\n')}\nexport { ${names[0]} as process };`;
  },
};

/** The panel shows no sentence of Zod's own: the messages of fields are in the contract. */
const withoutSentences: Plugin = {
  name: 'without-sentences',
  apply: 'build',
  enforce: 'pre',
  load: (id) =>
    /\/zod\/v4\/locales\/en\.js$/.test(id) ? 'export default () => ({ localeError: () => undefined });' : null,
};

const TEXT = /(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`)/.source;
const DESCRIPTION = new RegExp(`\\.describe\\(\\s*${TEXT},?\\s*\\)|\\b(?:summary|description):\\s*${TEXT},`, 'g');

/** The contract's texts for the API document, which the server makes: the panel shows none of them. */
const withoutDescriptions: Plugin = {
  name: 'without-descriptions',
  apply: 'build',
  enforce: 'pre',
  transform: (code, id) =>
    /\/shared\/src\/contract\/[\w-]+\.ts$/.test(id) ? { code: code.replaceAll(DESCRIPTION, ''), map: null } : null,
};

/** Names of the calls by which a contract defines input and output. */
const SCHEMA_CALLS: unknown[] = ['input', 'output'];

/** A part of a parsed module, with its place in the text. */
interface Node {
  type: string;
  start: number;
  end: number;
  [field: string]: unknown;
}
const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
const partsOf = (node: Node): Node[] => Object.values(node).flat().filter(isNode);

/** The ends of `.input(…)` and `.output(…)`, outermost first. */
function schemaCallsIn(node: Node): [start: number, end: number][] {
  const { callee } = node;
  if (node.type === 'CallExpression' && isNode(callee) && callee.type === 'MemberExpression') {
    const { object, property } = callee;
    if (isNode(object) && isNode(property) && SCHEMA_CALLS.includes(property.name))
      return [[object.end, node.end], ...schemaCallsIn(object)];
  }
  return partsOf(node).flatMap(schemaCallsIn);
}

/** The schemas of the calls, by which the server checks what it receives: the panel's client uses none of them. */
const withoutSchemas: Plugin = {
  name: 'without-schemas',
  apply: 'build',
  enforce: 'post',
  transform(code, id) {
    if (!/\/shared\/src\/contract\/[\w-]+\.ts$/.test(id)) return null;
    const cuts = schemaCallsIn(this.parse(code) as unknown as Node).sort(([a], [b]) => b - a);
    return {
      code: cuts.reduce((rest, [start, end]) => rest.slice(0, start) + rest.slice(end), code),
      map: null,
      moduleSideEffects: false,
    };
  },
};

export default defineConfig({
  plugins: [react(), withoutJsonSchema, withoutSentences, withoutDescriptions, withoutSchemas],
  // Each file finds the others from where it lies itself: an application may mount the panel under any path.
  base: './',
  server: {
    host: '127.0.0.1',
    port: 5173,
    proxy: {
      '/api': backend,
      '/healthz': backend,
      '/ws': { target: backend, ws: true },
    },
  },
  build: {
    outDir: 'dist',
    target: 'es2022',
    // Fonts and images stay files: the server's content policy refuses `data:` addresses.
    assetsInlineLimit: 0,
    // A page that is loaded later finds its parts by its own imports: a list of them all would be 3 kB of the first
    // page.
    modulePreload: { resolveDependencies: (_file, parts) => parts.filter((part) => part.endsWith('.css')) },
    // The libraries, before compression.
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      output: {
        // What the first page needs comes in two files, not in twenty: the libraries, which a release seldom
        // changes, and our own code.
        codeSplitting: {
          groups: [
            { name: 'libraries', tags: ['$initial'], test: /node_modules/, priority: 2 },
            { name: 'panel', tags: ['$initial'], priority: 1 },
            // The first page names each file that a later one may need: icons of 200 bytes are not worth one each.
            { name: 'icons', test: /@tabler[\\/]icons-react/, minShareCount: 2 },
          ],
        },
      },
    },
  },
  // React's production build, which the panel's tests load, has no development runtime.
  oxc: process.env.VITEST ? { jsx: { development: false } } : undefined,
  test: {
    environment: 'happy-dom',
    // The panel as it ships: React draws it in a third of the time that its development build takes.
    env: { NODE_ENV: 'production' },
    setupFiles: ['src/testing/act.ts', 'src/testing/setup.ts'],
    css: { modules: { classNameStrategy: 'non-scoped' } },
    // The slowest takes three seconds on a quiet machine.
    testTimeout: 30_000,
    retry: process.env.CI ? 1 : 0,
  },
});
