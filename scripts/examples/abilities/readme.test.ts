import { readdirSync, readFileSync } from 'node:fs';
import { listRoutes } from '@job-manager/server/http/routes';
import { contract } from '@job-manager/shared/contract/index';
import { describe, expect, it } from 'vitest';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const abilities = read('../../../docs/abilities.md');
const files = readdirSync(new URL('.', import.meta.url)).filter((file) => !file.endsWith('.test.ts'));

describe('the abilities in the documents', () => {
  it.each(files)('are shown as %s runs', (file) => {
    expect(abilities).toContain(`\`\`\`${file.endsWith('.sh') ? 'sh' : 'ts'}\n${snippetOf(file)}\`\`\``);
    expect(abilities).toContain(`](../scripts/examples/abilities/${file})`);
  });

  it('have no code that does not run', () => {
    expect(abilities.match(/^```\w+$/gm)).toHaveLength(files.length);
  });

  it('name calls of the API', () => {
    const known = listRoutes(contract).map(({ method, path }) => `${method} ${path}`);
    const named = found(/`((?:GET|POST|PUT) \/[^`]*)`/g).map((call) => call.replace(' /', ' /admin/jobs/'));
    expect(named.length).toBeGreaterThan(10);
    expect(known).toEqual(expect.arrayContaining(named));
  });
});

const found = (pattern: RegExp): string[] => [...abilities.matchAll(pattern)].map(([, text = '']) => text);

/** The part of a program that is for readers; of commands all. */
function snippetOf(file: string): string {
  const text = read(file);
  if (file.endsWith('.sh')) return text;
  const [, snippet] = /\/\/ #region readme\n([\s\S]*?)\/\/ #endregion\n/.exec(text) ?? [];
  if (snippet === undefined) throw new Error(`${file} has no region for the README`);
  // A program elsewhere has the package; in the clone it isn't built.
  return snippet.replace("'../../../backend/client/src/index.js'", "'@job-manager/client'");
}
