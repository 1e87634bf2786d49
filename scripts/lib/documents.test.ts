import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { DOCUMENTS, inlineCodeOf, proseOf, readDocument } from './documents.js';
import { ROOT } from './repository.js';

/** What headings are called in an address, as GitHub does it. */
const anchorsOf = (text: string) =>
  [...proseOf(text).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );

const linksOf = (text: string) =>
  [...proseOf(text).matchAll(/\]\(([^)\s]+)\)|(?:src|srcset)="([^"]+)"/g)]
    .map(([, link, picture]) => link ?? picture ?? '')
    .filter((link) => !/^[a-z]+:/.test(link));

it.each(DOCUMENTS)('the links in %s lead somewhere', (document) => {
  const broken = linksOf(readDocument(document)).filter((link) => {
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? document : join(dirname(document), path);
    if (!existsSync(join(ROOT, target))) return true;
    return anchor !== undefined && target.endsWith('.md') && !anchorsOf(readDocument(target)).includes(anchor);
  });
  expect(broken).toEqual([]);
});

it('every document is led to by another', () => {
  const named = new Set(
    DOCUMENTS.flatMap((document) =>
      linksOf(readDocument(document)).map((link) => join(dirname(document), link.split('#')[0] ?? '')),
    ),
  );
  expect(DOCUMENTS.filter((document) => document !== 'README.md' && !named.has(document))).toEqual([]);
});

/** Every file and folder of ours. */
const SKIPPED = new Set(['node_modules', 'dist', 'generated', '.git', '.data', '.packages']);
const pathsIn = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    if (SKIPPED.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? [`${path}/`, ...pathsIn(path)] : [path];
  });
const paths = pathsIn('.');

const FILE = /\.(tsx?|mjs|cjs|sql|prisma|sh|py|md|yaml|css)$/;
/** `{a,b}.ts` means `a.ts` and `b.ts`. */
const expand = (path: string): string[] => {
  const [, before = '', choices, after = ''] = /^(.*?)\{([^}]*)\}(.*)$/.exec(path) ?? [];
  return choices === undefined ? [path] : choices.split(',').flatMap((choice) => expand(before + choice + after));
};
/** Names may be short: `queue/retry.ts` for the only file whose path ends so, `e2e/alerts` for the story of that name. */
const isThere = (path: string) =>
  paths.some((known) => `/${known}`.endsWith(`/${path}`) || `/${known}`.includes(`/${path.replace(/\/$/, '')}/`)) ||
  (!FILE.test(path) && paths.some((known) => `/${known}`.includes(`/${path}.`)));

/** Paths that readers create, and paths of other repositories. */
const ELSEWHERE: Record<string, string[]> = {
  'CONTRIBUTING.md': ['backend/sample/src/sleepy-profiles.ts'],
  'docs/install.md': ['src/jobs/'],
  'docs/requirements.md': ['backend/scripts/jobs', 'backend/src/registry', 'frontend/src/admin/{pages,hooks,utils}'],
};

it.each(DOCUMENTS)('the files that %s names are there', (document) => {
  const named = inlineCodeOf(readDocument(document)).filter(
    (code) => /^[a-zA-Z][\w@.{},/-]*$/.test(code) && (FILE.test(code) || code.includes('/')),
  );
  const lost = named.filter((code) => !expand(code).every(isThere) && !ELSEWHERE[document]?.includes(code));
  expect(lost).toEqual([]);
});

it.each([
  ['README.md', 10_000],
  ['ARCHITECTURE.md', 14 * 1_024],
])('%s is short', (document, most) => {
  expect(Buffer.byteLength(readDocument(document))).toBeLessThanOrEqual(most);
});
