import { readFile } from 'node:fs/promises';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const backend = `http://127.0.0.1:${process.env.BACKEND_PORT ?? 3000}`;

/**
 * Zod can write its schemas as JSON Schema, which the panel never asks it for: 5 kB of the first load. Each schema
 * refers to that code as soon as it is made, so no bundler finds it unused; the build puts empty functions in its place.
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

export default defineConfig({
  plugins: [react(), withoutJsonSchema, withoutDescriptions],
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
    // Fonts and pictures stay files: the server's content policy refuses `data:` addresses.
    assetsInlineLimit: 0,
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
