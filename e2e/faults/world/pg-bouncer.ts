import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { chown, mkdir, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { postgresAccount } from '@job-manager/engine/database/embedded-binaries';
import { throughPooler } from '@job-manager/engine/database/transaction-pooling';
import { vi } from 'vitest';
import { installWithApt } from '../../../scripts/lib/apt.js';
import { freePort } from './free-port.js';

const PROGRAMS = ['pgbouncer', '/usr/sbin/pgbouncer'];

/**
 * The PgBouncer of this machine, installed first where there is none and this process may; undefined where nothing
 * helps.
 */
export async function findPgBouncer(): Promise<string | undefined> {
  return (await findInstalled()) ?? ((await installWithApt('pgbouncer')) ? findInstalled() : undefined);
}

async function findInstalled(): Promise<string | undefined> {
  for (const program of PROGRAMS) {
    const answer = await promisify(execFile)(program, ['--version']).catch(() => undefined);
    if (answer) return program;
  }
  return undefined;
}

export interface PgBouncerOptions {
  program: string;
  /** For its files; the account that it runs under must be able to enter. */
  folder: string;
  databaseUrl: string;
  /** Connections to the database, shared by all clients. */
  poolSize: number;
}

/** A PgBouncer in transaction mode before a database. */
export class PgBouncer {
  readonly #options: PgBouncerOptions;
  readonly #port: number;
  #child: ChildProcess | undefined;

  static async start(options: PgBouncerOptions): Promise<PgBouncer> {
    const bouncer = new PgBouncer(options, await freePort());
    await bouncer.#writeFiles();
    await bouncer.bringUp();
    return bouncer;
  }

  private constructor(options: PgBouncerOptions, port: number) {
    this.#options = options;
    this.#port = port;
    process.once('exit', this.#killNow);
  }

  /** The database's address through it. */
  get url(): string {
    const url = new URL(throughPooler(this.#options.databaseUrl));
    url.port = String(this.#port);
    return url.href;
  }

  /** Starts it, and waits until it takes connections. */
  async bringUp(): Promise<void> {
    const { program, folder } = this.#options;
    const log = openSync(join(folder, 'pgbouncer.log'), 'a');
    // It refuses to run as root.
    this.#child = spawn(program, ['-q', join(folder, 'pgbouncer', 'settings.ini')], {
      ...postgresAccount(),
      stdio: ['ignore', log, log],
    });
    await vi.waitFor(() => answers(this.#port), { timeout: 10_000, interval: 10 });
  }

  /** Ends it without a warning. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  async close(): Promise<void> {
    await this.kill();
    process.off('exit', this.#killNow);
  }

  async #writeFiles(): Promise<void> {
    const folder = join(this.#options.folder, 'pgbouncer');
    const file = join(folder, 'settings.ini');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(file, this.#settings(), { mode: 0o600 });
    const account = postgresAccount();
    if (account) for (const path of [folder, file]) await chown(path, account.uid, account.gid);
  }

  #settings(): string {
    const { databaseUrl, poolSize } = this.#options;
    const { hostname, port, pathname, username, password } = new URL(databaseUrl);
    const name = pathname.slice(1);
    return `
[databases]
${name} = host=${hostname} port=${port} dbname=${name} user=${username} password=${password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${this.#port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = ${poolSize}
max_client_conn = 200
; Not the fifteen seconds it waits by default before it checks a database that was away.
server_login_retry = 1
`;
  }

  readonly #killNow = () => {
    this.#child?.kill('SIGKILL');
  };
}

function answers(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(port, '127.0.0.1');
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
  });
}
