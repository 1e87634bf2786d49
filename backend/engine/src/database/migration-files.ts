import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PRISMA } from '../assets.js';

/** The folder of the engine's migrations. */
export const MIGRATIONS = join(PRISMA, 'migrations');
const FUNCTIONS_DIR = join(PRISMA, 'functions');

export interface Migration {
  name: string;
  script: string;
  /** As Prisma reckons it. */
  checksum: string;
}

// Both read at once: each of some eighty files would otherwise wait four times behind whatever else the few threads of
// the process do, and a burst of sign-ins, whose hashes they reckon, would have a server count as not ready.

/** Names of the migrations in a folder, in the order of application. */
export function migrationNames(folder = MIGRATIONS): string[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

export function readMigration(name: string, folder = MIGRATIONS): Migration {
  const script = readFileSync(join(folder, name, 'migration.sql'), 'utf8');
  return { name, script, checksum: createHash('sha256').update(script).digest('hex') };
}

/** The SQL functions and functions of triggers as they are to be, one a file, by name. */
export const readFunctions = (): { name: string; script: string }[] =>
  readdirSync(FUNCTIONS_DIR)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => ({ name: file.slice(0, -'.sql'.length), script: readFileSync(join(FUNCTIONS_DIR, file), 'utf8') }));
