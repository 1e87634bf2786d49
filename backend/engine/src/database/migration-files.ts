import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PRISMA } from '../assets.js';

const MIGRATIONS_DIR = join(PRISMA, 'migrations');

export interface Migration {
  name: string;
  script: string;
  /** As Prisma reckons it. */
  checksum: string;
}

// Both read at once: each of some eighty files would otherwise wait four times behind whatever else the few threads of
// the process do, and a burst of sign-ins, whose hashes they reckon, would have a server count as not ready.

/** Names of the migrations in the repository, in the order of application. */
export function migrationNames(): string[] {
  const entries = readdirSync(MIGRATIONS_DIR, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

export function readMigration(name: string): Migration {
  const script = readFileSync(join(MIGRATIONS_DIR, name, 'migration.sql'), 'utf8');
  return { name, script, checksum: createHash('sha256').update(script).digest('hex') };
}
