import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';

const read = (path: string) => readFile(new URL(path, import.meta.url), 'utf8');

it('stands in the README as it runs', async () => {
  const [, code] = /```ts\n(const jobManager = [\s\S]*?)```/.exec(await read('../../../README.md')) ?? [];
  expect(code).toBeDefined();
  expect(await read('./app.ts')).toContain(code);
});
