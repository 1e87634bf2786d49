import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const PRISMA_DIR = fileURLToPath(new URL('../../../prisma', import.meta.url));
const MIGRATIONS_DIR = join(PRISMA_DIR, 'migrations');

export interface Migration {
  name: string;
  script: string;
  /** As Prisma reckons it. */
  checksum: string;
}

/** Names of the migrations in the repository, in the order of application. */
export async function migrationNames(): Promise<string[]> {
  const entries = await readdir(MIGRATIONS_DIR, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

export async function readMigration(name: string): Promise<Migration> {
  const script = await readFile(join(MIGRATIONS_DIR, name, 'migration.sql'), 'utf8');
  return { name, script, checksum: createHash('sha256').update(script).digest('hex') };
}
