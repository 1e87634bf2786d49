import { createHash } from 'node:crypto';
import { chmod, chown, lstat, mkdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { PostgresAccount } from './embedded-binaries.js';

/** Where the embedded PostgreSQL listens: at a socket in this folder, or without one at 127.0.0.1. */
export interface EmbeddedAddress {
  port: number;
  folder: string | null;
}

/** Names the file of the socket; each data folder has a folder of its own for it. */
const SOCKET_PORT = 5432;
/** Systems take paths of 104 to 108 bytes; PostgreSQL puts a lock file beside its socket. */
const MAX_PATH_BYTES = 103;

/** Where to listen at a socket. Throws where the folder for it belongs to another account. */
export async function socketAddress(home: string, account: PostgresAccount | undefined): Promise<EmbeddedAddress> {
  const folder = socketFolder(home);
  await mkdir(folder, { mode: 0o700 }).catch((error) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const owner = account?.uid ?? process.getuid?.();
  const found = await lstat(folder);
  if (!found.isDirectory() || (found.uid !== owner && found.uid !== process.getuid?.())) {
    throw new Error(`${folder}, where the embedded PostgreSQL listens, belongs to another account; remove it.`);
  }
  // An account that may put a socket there receives the password: this one, and root.
  if (account) await chown(folder, account.uid, account.gid);
  await chmod(folder, 0o700);
  return { port: SOCKET_PORT, folder };
}

function socketFolder(home: string): string {
  const beside = join(home, 'socket');
  const isShort = Buffer.byteLength(join(beside, `.s.PGSQL.${SOCKET_PORT}.lock`)) <= MAX_PATH_BYTES;
  if (isShort) return beside;
  return `/tmp/job-manager-${createHash('sha256').update(home).digest('hex').slice(0, 16)}`;
}

/** The port of last time when it is free, so that a worker that outlives a restart finds its way back. */
export async function freePort(last: number): Promise<number> {
  return probe(last).catch(() => probe(0));
}

function probe(wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(wanted, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** Settings of a PostgreSQL that listens there. */
export const listenSettings = ({ folder }: EmbeddedAddress): string[] => [
  `listen_addresses=${folder === null ? '127.0.0.1' : ''}`,
  `unix_socket_directories=${folder === null ? '' : `"${folder.replaceAll('"', '""')}"`}`,
];

/** What identifies the server in a data folder: `postmaster.pid` has its pid, and from the fourth line on port, folder of the socket. */
export async function readPostmaster(data: string): Promise<{ pid: number; address: EmbeddedAddress } | undefined> {
  const text = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => undefined);
  const [pid, , , port, folder] = text?.split('\n') ?? [];
  return port ? { pid: Number(pid), address: { port: Number(port), folder: folder?.trim() || null } } : undefined;
}

/**
 * The URL for that address. The folder stands in `host`, as libpq, the driver and Prisma read it. With `proves`, the
 * client sends nothing to a server at a port that doesn't prove by SCRAM that it has the password: another process
 * may have the port.
 */
export function urlOf(
  { port, folder }: EmbeddedAddress,
  login: { user: string; password: string; database: string },
  proves: boolean,
): string {
  const host = folder === null ? '127.0.0.1' : 'localhost';
  const url = new URL(`postgresql://${login.user}:${login.password}@${host}:${port}/`);
  url.pathname = `/${login.database}`;
  if (folder !== null) url.searchParams.set('host', folder);
  else if (proves) url.searchParams.set('require_auth', 'scram-sha-256');
  return url.href;
}
