import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createPool } from '@job-manager/engine/database/client';
import { acquireEmbeddedDatabase, type EmbeddedDatabase } from '@job-manager/engine/database/embedded';
import { isProcessRunning } from '@job-manager/engine/database/process-start';
import { inject, vi } from 'vitest';
import { SmallDisk } from './small-disk.js';

type Pool = ReturnType<typeof createPool>;

/** Ways in which a PostgreSQL goes down: in order, without a checkpoint, or killed with -9. */
const downfalls = { fast: 'SIGINT', immediate: 'SIGQUIT', killed: 'SIGKILL' } as const;
export type Downfall = keyof typeof downfalls;

const DOWN_WITHIN_MS = 60_000;
/** More than it keeps for later on any small disk. */
const MAX_WAL_FILES = 100;

/** A PostgreSQL of one test's own, as durable as users have it, that may be restarted and killed. */
export class FaultDatabase {
  readonly #folder: string;
  readonly url: string;
  readonly pool: Pool;
  /** Undefined where none was wanted, or this process may not mount one. */
  readonly disk: SmallDisk | undefined;
  #server: EmbeddedDatabase;

  /**
   * Starts it, migrated and empty, below `folder`, which its account must be able to enter; on a disk of its own of so
   * many MB where one is wanted.
   */
  static async start(folder: string, diskMb?: number): Promise<FaultDatabase> {
    const disk = diskMb === undefined ? undefined : await SmallDisk.mount(join(folder, 'postgres'), diskMb);
    await copyTemplate(folder);
    const server = await acquire(folder);
    return new FaultDatabase(folder, server, disk);
  }

  private constructor(folder: string, server: EmbeddedDatabase, disk: SmallDisk | undefined) {
    this.#folder = folder;
    this.#server = server;
    this.disk = disk;
    this.url = server.url;
    this.pool = createPool(server.url, { max: 4, statementTimeoutMs: 30_000 });
    process.once('exit', this.#killNow);
  }

  /** Takes it down and resolves once nothing of it runs. */
  async takeDown(how: Downfall): Promise<void> {
    const pids = await this.#processes('true');
    const main = await this.#mainPid();
    process.kill(main, downfalls[how]);
    const deadline = performance.now() + DOWN_WITHIN_MS;
    while ([main, ...pids].some(isProcessRunning)) {
      if (performance.now() > deadline) throw new Error(`PostgreSQL did not go down (${how})`);
      await delay(10);
    }
  }

  /** Starts it where it doesn't run, and waits until it takes connections. */
  async bringUp(): Promise<void> {
    this.#server = await acquire(this.#folder);
    if (this.#server.url !== this.url)
      throw new Error('PostgreSQL came back at another port: its clients cannot find it');
  }

  /**
   * Kills the process behind one connection with -9, upon which PostgreSQL ends all others and recovers; waits for
   * that.
   */
  async crash(): Promise<void> {
    const [victim] = await this.#processes(CLIENTS);
    const before = await this.#processes(CHECKPOINTER);
    if (victim) process.kill(victim, 'SIGKILL');
    const isBack = async () => {
      const now = await this.#processes(CHECKPOINTER);
      if (now[0] === before[0]) throw new Error('PostgreSQL has not noticed yet');
    };
    await vi.waitFor(isBack, { timeout: DOWN_WITHIN_MS, interval: 20 });
  }

  /** Ends some of the connections of others from within; returns how many. */
  async endConnections(most: number): Promise<number> {
    const ended = await this.pool.query(
      `SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity WHERE ${CLIENTS} ORDER BY random() LIMIT $1) AS chosen`,
      [most],
    );
    return ended.rowCount ?? 0;
  }

  /** Ends the connections that come from these ports, from within; returns how many. */
  async endConnectionsFrom(ports: number[]): Promise<number> {
    const ended = await this.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${CLIENTS} AND client_port = ANY($1::int[])`,
      [ports],
    );
    return ended.rowCount ?? 0;
  }

  /**
   * On a disk without room: goes through the write-ahead log to where PostgreSQL needs a new file for it, and panics.
   */
  async writeAheadUntilItStops(): Promise<void> {
    for (let files = 0; files < MAX_WAL_FILES; files++) {
      try {
        await this.pool.query(`SELECT pg_logical_emit_message(false, 'full', 'disk'), pg_switch_wal()`);
      } catch (error) {
        // No room for something else: that much it survives.
        if ((error as { code?: unknown }).code !== '53100') return;
      }
    }
    throw new Error('PostgreSQL found room for its write-ahead log');
  }

  async close(): Promise<void> {
    await this.pool.end();
    await this.#server.release();
    await this.disk?.unmount();
    process.off('exit', this.#killNow);
  }

  async #processes(which: string): Promise<number[]> {
    const { rows } = await this.pool.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE ${which} ORDER BY random()`,
    );
    return rows.map(({ pid }) => pid);
  }

  async #mainPid(): Promise<number> {
    return mainPidIn(await readFile(join(this.#folder, 'postgres', 'data', 'postmaster.pid'), 'utf8'));
  }

  readonly #killNow = () => {
    try {
      const pid = mainPidIn(readFileSync(join(this.#folder, 'postgres', 'data', 'postmaster.pid'), 'utf8'));
      process.kill(pid, 'SIGQUIT');
    } catch {
      // It runs no more.
    }
  };
}

const CLIENTS = `backend_type = 'client backend' AND pid <> pg_backend_pid()`;
const CHECKPOINTER = `backend_type = 'checkpointer'`;

/** On PostgreSQL's own defaults: what an outage may lose is part of the test. */
function acquire(folder: string): Promise<EmbeddedDatabase> {
  return acquireEmbeddedDatabase({ dataDir: folder, home: join(folder, 'postgres') });
}

/** The files of a migrated, empty database, with their owner. */
async function copyTemplate(folder: string): Promise<void> {
  await mkdir(join(folder, 'postgres'), { recursive: true });
  const files = ['data', 'password'].map((name) => join(inject('faultsTemplate'), 'postgres', name));
  await promisify(execFile)('cp', ['-a', ...files, join(folder, 'postgres')]);
}

const mainPidIn = (postmaster: string): number => Number(postmaster.split('\n')[0]);
