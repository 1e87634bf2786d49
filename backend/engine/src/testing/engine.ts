import { hostname } from 'node:os';
import { vi } from 'vitest';
import { QueueEvents } from '../queue/events.js';
import type { AnyJob, JobServices } from '../queue/job.js';
import { Rescuer } from '../queue/maintenance/rescuer.js';
import { createQueue, type EnqueueRequest, type Queue } from '../queue/queue.js';
import { createRedaction } from '../queue/redaction.js';
import { createRegistry } from '../queue/registry.js';
import { Runner, type RunnerSettings } from '../queue/runner.js';
import { SYSTEM } from '../queue/system-actor.js';
import { keepJobs } from '../store/jobs.js';
import { Listener } from '../store/listener.js';
import { Notifier } from '../store/notifier.js';
import { type QueuedRun, type RunRow, selectRun } from '../store/run-row.js';
import { readViolations } from '../store/violations.js';
import { createTestDatabase, type TestDatabase } from './database.js';

/** The engine over a database of its own, with the given jobs; runners are made by hand. */
export class TestEngine {
  readonly events = new QueueEvents();
  readonly queue: Queue;
  readonly notifier: Notifier;
  readonly rescuer: Rescuer;
  #runners: Runner[] = [];
  #listeners: Listener[] = [];

  static async create(jobs: AnyJob[]): Promise<TestEngine> {
    return new TestEngine(await createTestDatabase(), jobs);
  }

  /** File URL of the module that isolated jobs are loaded from. */
  jobsModule: string | undefined;

  private constructor(
    readonly database: TestDatabase,
    readonly jobs: AnyJob[],
  ) {
    const sql = database.pool;
    this.notifier = new Notifier(sql);
    this.queue = createQueue({ sql, registry: createRegistry(jobs), notifier: this.notifier, stalledAfterMs: 300_000 });
    this.rescuer = new Rescuer({
      sql,
      events: this.events,
      notifier: this.notifier,
      stalledAfterMs: 300_000,
      heartbeatMs: 30_000,
      sweepMs: 60_000,
    });
  }

  /** A runner that is announced but not started: call `tick()` or `start()`. It has the engine's jobs unless others are given. */
  runner(
    settings: Partial<RunnerSettings> = {},
    listener?: Listener,
    jobs: AnyJob[] = this.jobs,
    registry = createRegistry(jobs),
    services?: JobServices,
  ): Runner {
    const runner = new Runner({
      sql: this.database.pool,
      databaseUrl: this.database.url,
      registry,
      services,
      settings: {
        concurrency: 10,
        // With a listener there is nothing to find by polling, which costs much of the processor.
        pollMs: listener ? 500 : 20,
        heartbeatMs: 50,
        stalledAfterMs: 300_000,
        drainMs: 5_000,
        messagesPerRun: 100_000,
        ...settings,
      },
      redaction: createRedaction('password,token'),
      kind: 'WORKER',
      host: hostname(),
      version: 'test',
      events: this.events,
      notifier: this.notifier,
      listener,
      ...(this.jobsModule && { jobsModule: this.jobsModule }),
    });
    this.#runners.push(runner);
    return runner;
  }

  async listener(
    names: ConstructorParameters<typeof Listener>[1] = ['queued', 'cancel', 'revoked'],
  ): Promise<Listener> {
    const listener = new Listener(this.database.url, names);
    this.#listeners.push(listener);
    await listener.start();
    return listener;
  }

  /** Has the database know the jobs, as a process that has their code does, for programs without it. */
  async declare(): Promise<void> {
    const versions = createRegistry(this.jobs).versions();
    await keepJobs(
      this.database.pool,
      versions.map(({ jobName, version, declaration, definition }) => ({
        name: jobName,
        ...{ ...declaration, version, definition },
      })),
    );
  }

  async enqueue(
    jobName: string,
    parameters: Record<string, unknown> = {},
    more: Partial<EnqueueRequest> = {},
  ): Promise<QueuedRun> {
    return (await this.queue.enqueue({ jobName, parameters, trigger: 'MANUAL', ...more }, SYSTEM)).run;
  }

  async run(id: string): Promise<RunRow> {
    const found = await this.database.pool.query<RunRow>(`${selectRun('"JobRun"')} WHERE r.id = $1`, [id]);
    const [row] = found.rows;
    if (!row) throw new Error(`No run #${id}`);
    return row;
  }

  /**
   * Waits until the run is in one of these states. The statement has a name, so that it is planned once: it is sent
   * often.
   */
  until(id: string, ...states: RunRow['status'][]): Promise<RunRow> {
    const text = `${selectRun('"JobRun"')} WHERE r.id = $1 AND r.status = ANY($2::"JobRunStatus"[])`;
    return vi.waitFor(
      async () => {
        const found = await this.database.pool.query<RunRow>({ name: 'run-in-state', text, values: [id, states] });
        const [run] = found.rows;
        if (!run) throw new Error(`Run #${id} is not ${states.join(' or ')}`);
        return run;
      },
      { interval: 10 },
    );
  }

  /** Sets the last heartbeat of the runs to ten minutes ago. */
  async stall(...ids: string[]): Promise<void> {
    await this.database.pool.query(
      `UPDATE "JobRun" SET "lastHeartbeatAt" = clock_timestamp() - interval '10 minutes' WHERE id = ANY($1)`,
      [ids],
    );
  }

  /** The rules that must always hold; each count must be 0. */
  async violations(): Promise<Record<string, number>> {
    return readViolations(this.database.pool);
  }

  /** For the next test, as if just made: stops the runners, restores what was spied on, and empties the database. */
  async clear(): Promise<void> {
    await this.#stop();
    this.events.removeAllListeners();
    vi.restoreAllMocks();
    await this.database.clear();
  }

  async close(): Promise<void> {
    await this.#stop();
    await this.database.drop();
  }

  async #stop(): Promise<void> {
    await Promise.all(this.#runners.map((runner) => runner.stop()));
    await Promise.all(this.#listeners.map((listener) => listener.close()));
    await this.notifier.flush();
    this.#runners = [];
    this.#listeners = [];
  }
}
