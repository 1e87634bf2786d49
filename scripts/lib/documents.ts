import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './repository.js';

const texts = (folder: string) =>
  readdirSync(join(ROOT, folder))
    .filter((file) => file.endsWith('.md'))
    .map((file) => join(folder, file));

/** All documents for readers, as paths from the root of the repository. */
export const DOCUMENTS = ['.', 'docs', 'docs/decisions'].flatMap(texts);
