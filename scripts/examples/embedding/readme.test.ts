import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';

const read = (path: string) => readFile(new URL(path, import.meta.url), 'utf8');

it.each(['README.md', 'docs/embedding.md'])('stands in %s as it runs', async (document) => {
  const [, code] = /```ts\n(const jobManager = [\s\S]*?)```/.exec(await read(`../../../${document}`)) ?? [];
  expect(code).toBeDefined();
  expect(await read('./app.ts')).toContain(code);
});
