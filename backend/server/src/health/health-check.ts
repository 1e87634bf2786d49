import { type Installation, isNeeded } from '@job-manager/engine/database/installation';
import { outsideJobScope } from '@job-manager/engine/database/job-scope';
import { isPassing } from '@job-manager/engine/store/database-errors';
import { type HealthLimits, readSystemState } from '@job-manager/engine/store/health';
import type { NotificationProbe } from '@job-manager/engine/store/notification-probe';
import type { Sql } from '@job-manager/engine/store/sql';
import type { SystemHealth, Verdict } from '@job-manager/shared/contract/health';
import type { JobDefinition } from '@job-manager/shared/contract/run';
import { defaultSlowAfterMs } from '@job-manager/shared/run';
import type pg from 'pg';
import type { UntrustedProxy } from '../auth/proxies.js';
import type { HealthFacts } from './facts.js';
import { judge } from './judge.js';
import { describeDatabase, presentHealth } from './present.js';

/** Whether requests can be served, as text for the public. */
export interface Readiness {
  ok: boolean;
  verdict: Verdict;
  checks: { server: string; database: string; notifications: string };
}

/** How all is doing; both answers come from the same measurement. */
export interface Health {
  system(): Promise<SystemHealth>;
  readiness(): Promise<Readiness>;
}

export interface HealthCheckOptions {
  pool: pg.Pool;
  /** Connections that keep plans, for reading the queue; the other pool by default. */
  queueSql?: Sql;
  probe: Pick<NotificationProbe, 'isConnected' | 'roundTrip'> & { isOff?: boolean };
  registry: { definitions(): JobDefinition[] };
  /** How the tables compare with what this version expects. */
  installation(client: pg.ClientBase): Promise<Installation>;
  isClosing(): boolean;
  /** A reverse proxy whose headers are ignored, of late. */
  untrustedProxy?(): UntrustedProxy | null;
  version: string;
  /** Everything by default. */
  duties?: HealthFacts['duties'];
  limits: HealthFacts['limits'] & Pick<HealthLimits, 'stalledAfterMs'>;
}

/** A database that hasn't answered by then counts as unreachable; the connection is given up. */
const ANSWER_WITHIN_MS = 5_000;
/** A measurement serves all requests within this time, and within ten times what it took. */
const FRESH_MS = 1_000;
const FRESH_TIMES = 10;

/** A complete installation is compared again so much later; an incomplete one, each time. */
const COMPARED_MS = 60_000;
const WHOLE: Installation = { pending: [], unknown: [], missing: [] };

const isUsable = ({ pending, missing }: Installation): boolean => pending.length === 0 && !missing.some(isNeeded);

const ALL_DUTIES = { isStandby: false, firesSchedules: true };

type Measured = Omit<HealthFacts, 'isClosing'> & { measuredAt: Date };

/** Measures at most once a second, however many requests there are. */
export class HealthCheck implements Health {
  readonly #options: HealthCheckOptions;
  #known: Measured | undefined;
  #knownUntil = Number.NEGATIVE_INFINITY;
  #measuring: Promise<Measured> | undefined;
  #installation: { found: Installation; until: number } | undefined;

  constructor(options: HealthCheckOptions) {
    this.#options = options;
  }

  async system(): Promise<SystemHealth> {
    const measured = await this.#measured();
    const facts = this.#factsOf(measured);
    return presentHealth(facts, measured.measuredAt, this.#options.version);
  }

  async readiness(): Promise<Readiness> {
    const facts = this.#factsOf(await this.#measured());
    const checks = {
      server: facts.isClosing ? 'closing' : 'ok',
      database: describeDatabase(facts.database),
      notifications: describeNotifications(facts.notifications),
    };
    // Without notifications everything still works, a second later.
    const ok = checks.server === 'ok' && facts.database.latencyMs !== null && isUsable(facts.database);
    return { ok, verdict: judge(facts).verdict, checks };
  }

  #factsOf(measured: Measured): HealthFacts {
    const { isClosing, untrustedProxy } = this.#options;
    return { ...measured, isClosing: isClosing(), untrustedProxy: untrustedProxy?.() ?? null };
  }

  async #measured(): Promise<Measured> {
    if (this.#known && performance.now() < this.#knownUntil) return this.#known;
    // All requests share it, also those of people who see some jobs alone.
    this.#measuring ??= outsideJobScope(() => this.#measure()).finally(() => {
      this.#measuring = undefined;
    });
    return this.#measuring;
  }

  async #measure(): Promise<Measured> {
    const { probe, limits, duties = ALL_DUTIES } = this.#options;
    const startedAt = performance.now();
    const [queried, roundTripMs] = await Promise.all([this.#queryDatabase(), probe.roundTrip()]);
    const { state, ...database } = queried;
    const notifications = { isOff: probe.isOff, isConnected: probe.isConnected, roundTripMs };
    const now = performance.now();
    this.#known = { database, notifications, state, duties, limits, measuredAt: state?.now ?? new Date() };
    this.#knownUntil = now + Math.max(FRESH_MS, FRESH_TIMES * (now - startedAt));
    return this.#known;
  }

  async #queryDatabase(): Promise<HealthFacts['database'] & Pick<HealthFacts, 'state'>> {
    const startedAt = performance.now();
    let answered: HealthFacts['database'] | undefined;
    try {
      return await withClient(this.#options.pool, async (client) => {
        await client.query('SELECT 1');
        const latencyMs = performance.now() - startedAt;
        const installation = await this.#installationOf(client);
        answered = { latencyMs, ...installation };
        // The tables may not be there yet, or not as they were.
        if (!isUsable(installation)) return { ...answered, state: null };
        const state = await readSystemState(this.#options.queueSql ?? client, this.#healthLimits()).catch(
          async (error) => {
            if (isPassing(error)) throw error;
            this.#installation = undefined;
            answered = { latencyMs, ...(await this.#installationOf(client)) };
            return null;
          },
        );
        return { ...answered, state };
      });
    } catch {
      // Slow to count is not gone: requests can be served.
      return { ...(answered ?? { latencyMs: null, ...WHOLE }), state: null };
    }
  }

  async #installationOf(client: pg.ClientBase): Promise<Installation> {
    const known = this.#installation;
    if (known && performance.now() < known.until) return known.found;
    const found = await this.#options.installation(client);
    const isWhole = found.pending.length + found.missing.length === 0;
    this.#installation = isWhole ? { found, until: performance.now() + COMPARED_MS } : undefined;
    return found;
  }

  #healthLimits(): HealthLimits {
    const { registry, limits } = this.#options;
    return { stalledAfterMs: limits.stalledAfterMs, slowAfterMs: defaultSlowAfterMs, slowJobs: registry.definitions() };
  }
}

function describeNotifications({ isOff, isConnected }: HealthFacts['notifications']): string {
  if (isOff) return 'off';
  return isConnected ? 'ok' : 'reconnecting';
}

/** Rejects when it takes too long; the connection is then broken off, for it may never answer. */
async function withClient<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  let lent: pg.PoolClient | undefined;
  let isLate = false;
  let timer: NodeJS.Timeout | undefined;
  const answer = async () => {
    const client = await pool.connect();
    try {
      lent = client;
      if (isLate) throw TOO_LATE;
      return await work(client);
    } finally {
      if (lent === client) client.release();
    }
  };
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      isLate = true;
      reject(TOO_LATE);
      lent?.release(true);
      lent = undefined;
    }, ANSWER_WITHIN_MS);
  });
  return Promise.race([answer(), tooLate]).finally(() => clearTimeout(timer));
}

const TOO_LATE = new Error('The database did not answer in time');
