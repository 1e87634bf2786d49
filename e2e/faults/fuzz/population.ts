import { randomUUID } from 'node:crypto';
import type { KnownValues } from '@job-manager/server/testing/arbitrary';
import { EMERGENCY_CONFIRMATION } from '@job-manager/shared/contract/recovery';
import { tokenPermissions } from '@job-manager/shared/permissions';
import { type UserRole, userRoles } from '@job-manager/shared/roles';
import { beginSessionOf, createPerson, type Person } from '../world/people.js';
import type { World } from '../world/world.js';
import type { Choices } from './random.js';

const THROWAWAYS = 30;
const SESSIONS = 40;

/** The callers of fuzzed calls, and the data for them to find; created again now and then, for fuzzing uses it up. */
export class Population {
  readonly #world: World;
  readonly #actors = new Map<UserRole, Person>();
  readonly #tokens: Partial<Record<UserRole | 'PROGRAM', string>> = {};
  /** Sessions of people who don't matter, for calls that end sessions. */
  #spareTokens: string[] = [];
  #leases: { jobRunId: string; leaseToken: string }[] = [];
  known: KnownValues = {};

  static async create(world: World): Promise<Population> {
    const population = new Population(world);
    for (const role of userRoles) population.#actors.set(role, await createPerson(world.database.pool, role));
    await population.refresh();
    return population;
  }

  private constructor(world: World) {
    this.#world = world;
  }

  /** Restores all accounts, and adds data to be found. */
  async refresh(): Promise<void> {
    const { pool } = this.#world.database;
    for (const [role, { id }] of this.#actors) {
      await pool.query(`UPDATE "User" SET role = $2, "disabledAt" = NULL WHERE id = $1`, [id, role]);
      this.#tokens[role] = await beginSessionOf(pool, id);
    }
    const throwaways = await pool.query<{ id: number; email: string }>(
      `INSERT INTO "User" (email, role) SELECT gen_random_uuid() || '@throwaway.test', 'ADMIN' FROM generate_series(1, $1) RETURNING id, email`,
      [THROWAWAYS],
    );
    const people = throwaways.rows;
    this.#spareTokens = [];
    for (let session = 0; session < SESSIONS; session++) {
      this.#spareTokens.push(await beginSessionOf(pool, people[session % people.length]?.id ?? 0));
    }
    // There may only be so many of them.
    await pool.query(
      'DELETE FROM "ApiToken" WHERE id NOT IN (SELECT id FROM "ApiToken" ORDER BY "createdAt" DESC LIMIT 20)',
    );
    this.#tokens.PROGRAM = await this.#createApiToken();
    this.#leases = await this.#startExternals();
    this.known = {
      ...(await this.#findKnown()),
      userId: people.map(({ id }) => id),
      email: people.map(({ email }) => email),
    };
  }

  /** Makes a drawn input more likely to mean something. */
  enrich(name: string, input: Record<string, unknown>, choices: Choices): Record<string, unknown> {
    if (choices.chance(0.4)) return input;
    if ('leaseToken' in input && this.#leases.length > 0) return { ...input, ...choices.of(this.#leases) };
    if (name === 'jobs.enqueue') {
      return { ...input, jobName: choices.of(['wait', 'fragile', 'broken']), parameters: { ms: choices.below(50) } };
    }
    if (name === 'batches.enqueueBatch') {
      const run = (index: number) => ({ ref: `r${index}`, jobName: 'wait', parameters: { ms: choices.below(50) } });
      const runs = Array.from({ length: 1 + choices.below(5) }, (_, index) => run(index));
      return { ...input, name: 'fuzzed', runs: [...runs, { ...run(9), after: ['r0'] }] };
    }
    if (name === 'selfTest.start') return { runs: 1 + choices.below(5), failing: choices.below(2) };
    if (name === 'schedules.createSchedule' || name === 'schedules.changeSchedule') {
      const timing = choices.chance(0.5) ? { everyMs: 1_000 + choices.below(10_000) } : { cron: '* * * * *' };
      const { cron: _cron, everyMs: _everyMs, ...rest } = input;
      return { ...rest, ...timing, name: `s${choices.below(50)}`, jobName: 'wait', parameters: { ms: 1 } };
    }
    if (name === 'bulk.preview') {
      const named = { ids: this.known.jobRunIds?.[0] ?? ['1'] };
      const matching = { filter: choices.of([{ jobName: 'wait' }, { state: 'due' }, { channel: 'mail' }]) };
      return {
        action: choices.of(['cancel', 'reschedule', 'rerun', 'forceFail']),
        ...(choices.chance(0.5) ? named : matching),
      };
    }
    if (name === 'recovery.emergencyCleanup') return { ...input, confirmation: EMERGENCY_CONFIRMATION };
    return input;
  }

  /** As whom, and how that is shown. */
  headersFor(name: string, choices: Choices): Record<string, string> {
    // These end the session they are made with.
    if (name === 'auth.logout' || name === 'auth.changePassword') return bearer(choices.of(this.#spareTokens));
    const who = choices.of([...OFTEN, 'USER', 'ADMIN', 'SUPER_ADMIN', 'PROGRAM', null] as const);
    if (who === null) return {};
    const token = this.#tokens[who] ?? '';
    const key: Record<string, string> = choices.chance(0.2) ? { 'idempotency-key': `key-${choices.below(1_000)}` } : {};
    if (who === 'PROGRAM' || choices.chance(0.7)) return { ...bearer(token), ...key };
    return { cookie: `jm_session=${token}`, origin: this.#world.url, ...key };
  }

  /** Lets nothing come any more, cancels what waits and fails what runs. */
  async endRuns(): Promise<void> {
    await this.#world.database.pool.query('UPDATE "Schedule" SET "pausedAt" = clock_timestamp(), rev = rev + 1');
    await this.#world.database.pool.query('DELETE FROM "Channel"');
    const { rows } = await this.#world.database.pool.query<{ id: string }>(
      `SELECT id::text FROM "JobRun" WHERE status = 'QUEUED'`,
    );
    for (const { id } of rows) await this.#call(`/admin/jobs/${id}/cancel`, {});
    await this.#call('/admin/jobs/emergency-cleanup', {
      confirmation: EMERGENCY_CONFIRMATION,
      startedBefore: '9999-01-01T00:00:00Z',
    });
  }

  async #createApiToken(): Promise<string> {
    const made = await this.#call<{ token: string }>('/admin/tokens', {
      name: `fuzz ${randomUUID()}`,
      permissions: [...tokenPermissions],
    });
    return made.token;
  }

  async #startExternals(): Promise<{ jobRunId: string; leaseToken: string }[]> {
    const started: { jobRunId: string; leaseToken: string }[] = [];
    for (let run = 0; run < 10; run++) {
      const steps = [{ id: 'a' }, { id: 'b', steps: [{ id: 'c' }] }];
      const { jobRunId, leaseToken } = await this.#call<{ jobRunId: string; leaseToken: string }>('/admin/jobs/start', {
        jobName: 'fuzzed-outside',
        steps,
      });
      started.push({ jobRunId, leaseToken });
    }
    return started;
  }

  async #findKnown(): Promise<KnownValues> {
    const { pool } = this.#world.database;
    const column = async (sql: string) => (await pool.query<{ value: unknown }>(sql)).rows.map(({ value }) => value);
    const runs = await column(`
      (SELECT id::text AS value FROM "JobRun" WHERE status IN ('QUEUED', 'RUNNING') ORDER BY id DESC LIMIT 30)
      UNION ALL (SELECT id::text FROM "JobRun" WHERE "finishedAt" IS NOT NULL ORDER BY id DESC LIMIT 30)`);
    const leases = await column(
      `SELECT "leaseToken" AS value FROM "JobRun" WHERE "leaseToken" IS NOT NULL ORDER BY id DESC LIMIT 30`,
    );
    return {
      jobRunId: runs,
      jobRunIds: runs.length > 0 ? [runs.slice(0, 5)] : [],
      rerunOfId: runs,
      leaseToken: leases,
      tokenId: await column(`SELECT id AS value FROM "ApiToken" ORDER BY "createdAt" LIMIT 30`),
      fingerprint: await column(
        `(SELECT DISTINCT fingerprint AS value FROM "ClientError" LIMIT 30) UNION ALL (SELECT fingerprint FROM "RunErrorGroup" LIMIT 30)`,
      ),
      jobName: ['wait', 'fragile', 'broken', 'fuzzed-outside'],
      channel: ['default', 'mail'],
      scheduleId: await column('SELECT id AS value FROM "Schedule" ORDER BY "createdAt" DESC LIMIT 30'),
      incidentId: await column('SELECT id::text AS value FROM "Incident" ORDER BY id DESC LIMIT 30'),
      ruleId: await column('SELECT id AS value FROM "AlertRule" LIMIT 30'),
      roleId: await column('SELECT id AS value FROM "AccessRole" LIMIT 30'),
      accessRoleId: await column('SELECT id AS value FROM "AccessRole" LIMIT 30'),
      jobPatterns: [['wait', 'fuzzed-*'], ['*'], null],
      destinationId: await column('SELECT id AS value FROM "AlertDestination" LIMIT 30'),
      batchId: await column('SELECT id::text AS value FROM "JobRunBatch" ORDER BY id DESC LIMIT 30'),
      operationId: await column(`SELECT id::text AS value FROM "BulkOperation" ORDER BY id DESC LIMIT 30`),
      token: await column(`SELECT token AS value FROM "BulkOperation" ORDER BY id DESC LIMIT 30`),
      not: ['jobName', 'status,channel', 'trigger'],
      param: ['ms=1', 'a.b=c', 'password=x'],
      by: ['system', 'token fuzz', 'admin@example.com'],
      after: runs.length > 0 ? [runs.slice(0, 2)] : [],
      cron: ['0 3 * * *', '*/5 * * * *', '0 0 30 2 *'],
      timeZone: ['UTC', 'Europe/Berlin', 'Mars/Base'],
      refresh: ['true', 'false'],
      includePast: ['true', 'false'],
      compare: ['true', 'false'],
      measures: ['completed', 'published,slots', 'took.p95,waited.p50', 'depth,oldest'],
      id: ['a', 'b', 'c'],
    };
  }

  async #call<T>(path: string, body: object): Promise<T> {
    const answer = await fetch(`${this.#world.url}/api${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...bearer(this.#tokens.SUPER_ADMIN ?? '') },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }
}

/** Those who get furthest are drawn most. */
const OFTEN = ['SUPER_ADMIN', 'SUPER_ADMIN', 'SUPER_ADMIN', 'SUPER_ADMIN', 'ADMIN', 'PROGRAM'] as const;

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
