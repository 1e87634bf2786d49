import { readdir, readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';

const read = (path: string) => readFile(new URL(path, import.meta.url), 'utf8');

it.each(['README.md', 'docs/embedding.md'])('stands in %s as it runs', async (document) => {
  const [, code] = /```ts\n(const jobManager = [\s\S]*?)```/.exec(await read(`../../../${document}`)) ?? [];
  expect(code).toBeDefined();
  expect(await read('./app.ts')).toContain(code);
});

it('the recipes in docs/identify.md stand in applications that the tests of the packages run', async () => {
  const folder = '../../packages/hosts/recipes/';
  const names = (await readdir(new URL(folder, import.meta.url))).filter((name) => name.endsWith('.mjs'));
  const programs = await Promise.all(names.map((name) => read(`${folder}${name}`)));
  const recipes = [...(await read('../../../docs/identify.md')).matchAll(/```js\n([\s\S]*?)```/g)];
  expect(recipes).toHaveLength(6);
  for (const [, recipe = ''] of recipes) expect(programs.filter((program) => program.includes(recipe))).toHaveLength(1);
});
