import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, inject, vi } from 'vitest';
import type { RunRequest } from '../../../backend/client/src/index.js';
import { Enqueuer } from './enqueuer.js';
import { FaultDatabase } from './fault-database.js';
import { FaultProxy } from './fault-proxy.js';
import { freePort } from './free-port.js';
import { readLedger } from './ledger.js';
import { beginSessionOf, createPerson, SECRET } from './people.js';
import { Program } from './program.js';
import type { Judgement } from './report.js';
import { BUNDLED_RUNNER } from './runner-bundle.js';
import { judge } from './verdict.js';
import { Viewer } from './viewer.js';

const SERVER = fileURLToPath(new URL('./server-program.ts', import.meta.url));

/** Short leases, so that a lost runner's runs come back in seconds. */
const LEASES = { JOBS_HEARTBEAT_MS: '200', JOBS_STALLED_AFTER_MS: '2000', JOBS_SWEEP_MS: '200' };

/** With four at it, about what three runners of ten slots get done. */
const FEEDING_PAUSE_MS = 100;

export interface RunnerOptions {
  concurrency?: number;
  /** Instead of the database's own, through a proxy for example. */
  databaseUrl?: string;
  skewMs?: number;
  /** Of its environment, instead of those that all runners here have. */
  settings?: NodeJS.ProcessEnv;
  /** Instead of the one that all runners here run. */
  program?: string;
}

type SettingsOf = (folder: string, database: FaultDatabase) => Promise<NodeJS.ProcessEnv>;

interface WorldPlace {
  folder: string;
  /** The program of its runners. */
  runner: string;
  database: FaultDatabase;
  network: FaultProxy;
  port: number;
  token: string;
  serverSettings: NodeJS.ProcessEnv;
}

/** The product in processes of its own over a PostgreSQL of its own: one server, any number of runners, a viewer. */
export class World {
  readonly enqueuer: Enqueuer;
  readonly viewer: Viewer;
  server: Program;
  /** Runs up to this one are a history that was written for a test: they were never executed. */
  historyUpTo = '0';
  readonly #place: WorldPlace;
  readonly #programs: Program[];
  readonly #startedAt = performance.now();

  /**
   * Settings that depend on the database are made once it is there. `diskMb` is the size of its disk, where it is to be
   * small.
   */
  static async create(settings: NodeJS.ProcessEnv | SettingsOf = {}, diskMb?: number): Promise<World> {
    const folder = await mkdtemp(join(tmpdir(), 'job-manager-faults-'));
    // PostgreSQL may run under another account, which must be able to enter.
    await chmod(folder, 0o755);
    await writeFile(join(folder, 'ledger'), '');
    const database = await FaultDatabase.start(folder, diskMb);
    const operator = await createPerson(database.pool, 'SUPER_ADMIN');
    const token = await beginSessionOf(database.pool, operator.id);
    const network = await FaultProxy.start(database.url);
    const serverSettings = typeof settings === 'function' ? await settings(folder, database) : settings;
    const runner = join(inject('faultsTemplate'), BUNDLED_RUNNER);
    const place = { folder, runner, database, network, token, port: await freePort(), serverSettings };
    const server = startServer(place);
    await server.ready;
    const world = new World(place, server);
    await world.#untilJobsKnown();
    return world;
  }

  private constructor(place: WorldPlace, server: Program) {
    this.#place = place;
    this.server = server;
    this.#programs = [server];
    this.enqueuer = new Enqueuer(this.url, place.token, place.database.pool);
    this.viewer = new Viewer(this.url, place.token);
  }

  get folder(): string {
    return this.#place.folder;
  }

  get database(): FaultDatabase {
    return this.#place.database;
  }

  /** What lies between the server and its database. */
  get serverNetwork(): FaultProxy {
    return this.#place.network;
  }

  /** A session of a SUPER_ADMIN. */
  get token(): string {
    return this.#place.token;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#place.port}`;
  }

  /** A runner that begins to start; `ready` resolves when it claims. */
  startRunner(options: RunnerOptions = {}): Program {
    const {
      concurrency = 10,
      databaseUrl = this.database.url,
      skewMs,
      settings,
      program = this.#place.runner,
    } = options;
    const env = { ...environment(this.folder, databaseUrl), JOBS_CONCURRENCY: String(concurrency), ...settings };
    const runner = new Program(program, { env, log: join(this.folder, 'runners.log'), skewMs });
    this.#programs.push(runner);
    return runner;
  }

  async startRunners(count: number, options?: RunnerOptions): Promise<Program[]> {
    const runners = Array.from({ length: count }, () => this.startRunner(options));
    await Promise.all(runners.map(({ ready }) => ready));
    return runners;
  }

  /** Restarts the server at the same address, its clock wrong by `skewMs`, with more settings for this once. */
  async restartServer(how: 'stop' | 'kill', skewMs?: number, settings: NodeJS.ProcessEnv = {}): Promise<void> {
    await this.server[how]();
    const serverSettings = { ...this.#place.serverSettings, ...settings };
    this.server = startServer({ ...this.#place, serverSettings }, skewMs);
    this.#programs.push(this.server);
    await this.server.ready;
  }

  /** Queues a run of some kind that takes up to so long. */
  enqueueAny(maxMs: number): Promise<string> {
    const { jobName, parameters } = anyRun(maxMs);
    return this.enqueuer.enqueue(jobName, parameters);
  }

  /** Queues several such runs in one statement, as programs do that have many: at no cost to the server. */
  enqueueMany(count: number, make: () => RunRequest): Promise<string[]> {
    return this.enqueuer.enqueueMany(Array.from({ length: count }, make));
  }

  /** Keeps the runners busy until the returned function is called, which waits for the last to be acknowledged. */
  keepFeeding(maxMs: number, pauseMs = FEEDING_PAUSE_MS): () => Promise<void> {
    let isOver = false;
    const feeder = async () => {
      while (!isOver) {
        await this.enqueueAny(maxMs);
        await delay(pauseMs);
      }
    };
    const feeding = Promise.all([feeder(), feeder(), feeder(), feeder()]);
    // Thrown when it is awaited.
    feeding.catch(() => {});
    return async () => {
      isOver = true;
      await feeding;
    };
  }

  /** Lets all runs of `hold` with this gate go on. */
  async open(gate: string): Promise<void> {
    await writeFile(join(this.folder, gate), '');
  }

  /** Waits until no run is queued or running. */
  async untilQuiet(withinMs = 120_000): Promise<void> {
    await this.#untilCount(`status IN ('QUEUED', 'RUNNING')`, (active) => active === 0, withinMs);
  }

  /** Waits until so many runs are under way. */
  async untilRunning(least: number): Promise<void> {
    await this.#untilCount(`status = 'RUNNING'`, (running) => running >= least, 120_000);
  }

  /** Programs that queue runs know jobs from the database, where a server declares them right after it has started. */
  async #untilJobsKnown(): Promise<void> {
    const known = async () => {
      const { rows } = await this.database.pool.query(`SELECT FROM "Job" LIMIT 1`);
      if (rows.length === 0) throw new Error('The server has not announced its jobs');
    };
    await vi.waitFor(known, { timeout: 60_000, interval: 20 });
  }

  /** Waits until a runner has declared that it has the code of a job. */
  async untilKnown(jobName: string): Promise<void> {
    const isKnown = async () => {
      const found = await this.database.pool.query('SELECT FROM "Job" WHERE name = $1', [jobName]);
      expect(found.rowCount, `no runner has ${jobName}`).toBe(1);
    };
    await vi.waitFor(isKnown, { timeout: 60_000, interval: 50 });
  }

  async #untilCount(which: string, isRight: (runs: number) => boolean, withinMs: number): Promise<void> {
    await vi.waitFor(
      async () => {
        const found = await this.database.pool.query(`SELECT count(*)::int AS runs FROM "JobRun" WHERE ${which}`);
        const { runs } = found.rows[0] as { runs: number };
        if (!isRight(runs)) throw new Error(`${runs} runs with ${which}, such as ${await this.#someOf(which)}`);
      },
      { timeout: withinMs, interval: 50 },
    );
  }

  /** For the person who has to find out why they are there. */
  async #someOf(which: string): Promise<string> {
    const found = await this.database.pool.query(
      `SELECT j.id::text, j."jobName", j.status, j.attempt, j."claimNo", j."isBlocked", j."runAt", j."startedAt", j."lastHeartbeatAt", r.status AS runner
       FROM (SELECT * FROM "JobRun" WHERE ${which} ORDER BY id LIMIT 3) j LEFT JOIN "Runner" r ON r.id = j."runnerId"`,
    );
    return JSON.stringify(found.rows);
  }

  /**
   * Judges what the faults left: with runs in every state at once, the socket's list must come to equal the
   * database; with all of them ended, each must have ended right, and be one that was acknowledged. Runners must
   * be there to end them.
   */
  async expectAllRight(): Promise<Judgement> {
    await this.untilQuiet();
    const socketMs = await this.#expectEqualSocket();
    return this.#expectVerdict([...this.enqueuer.acknowledged.values()], socketMs);
  }

  /** The same where calls beside the enqueuer's made runs: it is unknown which. */
  async expectSoundRuns(): Promise<Judgement> {
    const socketMs = await this.#expectEqualSocket();
    return this.#expectVerdict(undefined, socketMs);
  }

  async #expectVerdict(acknowledged: string[] | undefined, socketMs: number): Promise<Judgement> {
    const ledger = readLedger(join(this.folder, 'ledger'));
    const after = this.historyUpTo;
    const { wrong, ...figures } = await judge({ sql: this.database.pool, ledger, acknowledged, after });
    expect(wrong).toEqual({});
    expect(this.viewer.strange).toEqual([]);
    return { wrong, ...figures, socketMs, seconds: (performance.now() - this.#startedAt) / 1_000 };
  }

  /** Ends every process, and removes the data. */
  async close(): Promise<void> {
    this.viewer.close();
    await Promise.all(this.#programs.map((program) => program.kill()));
    await this.serverNetwork.close();
    await this.database.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** How many lines of what server or runners wrote contain this. */
  async countLines(name: 'server' | 'runners', text: string): Promise<number> {
    const written = await readFile(join(this.folder, `${name}.log`), 'utf8');
    return written.split(text).length - 1;
  }

  /** The end of what server and runners wrote, for the message of a test that fails. */
  async logTail(name: 'server' | 'runners'): Promise<string> {
    return (await readFile(join(this.folder, `${name}.log`), 'utf8').catch(() => '')).slice(-4_000);
  }

  /** More than any runner takes at once, so that some wait; all equal in the middle, and none left at the end. */
  async #expectEqualSocket(): Promise<number> {
    const gate = `final-${Date.now()}`;
    const filling = Promise.all(Array.from({ length: 60 }, () => this.enqueuer.enqueue('hold', { gate })));
    const [full] = await Promise.all([this.viewer.untilEqual(this.database.pool), filling]);
    await this.open(gate);
    const [empty] = await Promise.all([this.viewer.untilEqual(this.database.pool), this.untilQuiet()]);
    return Math.max(full, empty);
  }
}

/** A run of some kind that takes up to so long. */
export function anyRun(maxMs: number) {
  const kind = Math.random();
  const jobName = kind < 0.7 ? 'wait' : kind < 0.85 ? 'fragile' : 'broken';
  return { jobName, parameters: { ms: Math.round(Math.random() * maxMs) } };
}

function startServer({ folder, database, network, port, serverSettings }: WorldPlace, skewMs?: number): Program {
  const env = {
    ...environment(folder, network.url(database.url)),
    ...serverSettings,
    PORT: String(port),
    DATA_DIR: join(folder, 'server'),
    JOBS_RUNNER: 'off',
    JWT_SECRET: SECRET,
  };
  return new Program(SERVER, { env, log: join(folder, 'server.log'), skewMs });
}

function environment(folder: string, databaseUrl: string): NodeJS.ProcessEnv {
  return { ...LEASES, DATABASE_URL: databaseUrl, FAULTS_FOLDER: folder, JOBS_POLL_MS: '100', LOG_LEVEL: 'warn' };
}
