import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { DOCUMENTS } from './documents.js';
import { ROOT } from './repository.js';

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
/** Without the code, in which brackets and number signs mean something else. */
const proseOf = (text: string) => text.replaceAll(/^```[\s\S]*?^```$/gm, '');

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
  const broken = linksOf(read(document)).filter((link) => {
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? document : join(dirname(document), path);
    if (!existsSync(join(ROOT, target))) return true;
    return anchor !== undefined && target.endsWith('.md') && !anchorsOf(read(target)).includes(anchor);
  });
  expect(broken).toEqual([]);
});

it('every document is led to by another', () => {
  const named = new Set(
    DOCUMENTS.flatMap((document) =>
      linksOf(read(document)).map((link) => join(dirname(document), link.split('#')[0] ?? '')),
    ),
  );
  expect(DOCUMENTS.filter((document) => document !== 'README.md' && !named.has(document))).toEqual([]);
});

it('the README is short', () => {
  expect(Buffer.byteLength(read('README.md'))).toBeLessThan(10_000);
});
