import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readViolations } from '../../store/violations.js';
import { createTestDatabase, type TestDatabase } from '../../testing/database.js';
import { size } from '../../testing/size.js';
import { QueueError } from '../errors.js';
import { SYSTEM } from '../system-actor.js';
import { beat } from './beat.js';
import { cancelRun } from './cancel.js';
import { type ClaimedRun, claimDueRuns } from './claim.js';
import { finishRuns } from './finish.js';
import { recoverRunsOf } from './recover.js';
import { releaseRuns } from './release.js';
import { retryRuns } from './retry.js';

const RUNS = 3;
const RUNNERS = 4;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** What one actor does; `of` is a runner or a run. */
type Act =
  | { type: 'claim'; most: number }
  | { type: 'finish'; status: 'SUCCESS' | 'FAILED' }
  | { type: 'retry' }
  | { type: 'release' }
  | { type: 'beat' }
  | { type: 'recover'; of: number }
  | { type: 'cancel'; of: number };

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('claim' as const), most: fc.integer({ min: 1, max: RUNS }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('finish' as const),
      status: fc.constantFrom('SUCCESS' as const, 'FAILED' as const),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ type: 'retry' as const }) },
  { weight: 1, arbitrary: fc.constant({ type: 'release' as const }) },
  { weight: 1, arbitrary: fc.constant({ type: 'beat' as const }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('recover' as const), of: fc.nat(RUNNERS - 1) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('cancel' as const), of: fc.nat(RUNS - 1) }) },
);

/** The acknowledged calls, kept outside the database. */
class Ledger {
  readonly claims: ClaimedRun[] = [];
  readonly outcomes: { id: string; claimNo: number; status: string }[] = [];
  /** Claims of the run when its cancel was promised. */
  readonly cancels: { id: string; claimNo: number }[] = [];
}

/** A runner that remembers every run it ever claimed: what it lost it goes on writing to, as a zombie does. */
class Zombie {
  readonly id = randomUUID();
  readonly #held: ClaimedRun[] = [];
  /** A runner may send an outcome again, but no second one. */
  readonly #recorded = new Map<string, 'SUCCESS' | 'FAILED'>();

  constructor(
    private readonly jobName: string,
    private readonly runIds: string[],
    private readonly runners: () => Zombie[],
    private readonly ledger: Ledger,
  ) {}

  async do(act: Act): Promise<void> {
    const { pool: sql } = database;
    const last = this.#held.at(-1);
    if (act.type === 'claim') await this.#claim(act.most);
    else if (act.type === 'recover') await recoverRunsOf(sql, String(this.runners()[act.of]?.id), SYSTEM);
    else if (act.type === 'cancel') await this.#cancel(String(this.runIds[act.of]));
    else if (last === undefined) return;
    else if (act.type === 'finish') await this.#finish(last, act.status);
    else if (act.type === 'retry') await this.#retry(last);
    else if (act.type === 'release') await releaseRuns(sql, [last]);
    else if (act.type === 'beat') await this.#beat();
  }

  async #claim(most: number): Promise<void> {
    const claimed = await claimDueRuns(database.pool, { runnerId: this.id, jobNames: [this.jobName], most });
    this.ledger.claims.push(...claimed);
    this.#held.push(...claimed);
  }

  async #finish(run: ClaimedRun, wanted: 'SUCCESS' | 'FAILED'): Promise<void> {
    const status = this.#recorded.get(run.leaseToken) ?? wanted;
    this.#recorded.set(run.leaseToken, status);
    const outcome = { ...run, ...NOTHING_TO_TELL, status, error: status === 'FAILED' ? 'no luck' : null };
    const recorded = await finishRuns(database.pool, [outcome]);
    if (recorded.has(run.id)) this.ledger.outcomes.push({ id: run.id, claimNo: run.claimNo, status });
  }

  async #retry(run: ClaimedRun): Promise<void> {
    if (this.#recorded.has(run.leaseToken)) return;
    this.#recorded.set(run.leaseToken, 'FAILED');
    const kind = { isTimeOut: false, isCrash: false, isWorthRepeating: true, delayMs: 0 };
    const settled = await retryRuns(database.pool, [{ ...run, ...NOTHING_TO_TELL, ...kind, error: 'no luck' }]);
    if (settled.get(run.leaseToken) !== 'FAILED') return;
    this.ledger.outcomes.push({ id: run.id, claimNo: run.claimNo, status: 'FAILED' });
  }

  async #cancel(id: string): Promise<void> {
    try {
      const { run } = await cancelRun(database.pool, id, SYSTEM);
      this.ledger.cancels.push({ id, claimNo: run.claimNo });
    } catch (error) {
      // It had ended otherwise.
      if (!(error instanceof QueueError)) throw error;
    }
  }

  async #beat(): Promise<void> {
    const pulse = { loopLagMs: 0, lastClaimAgoMs: null, lastProgressAgoMs: null };
    await beat(database.pool, { runnerId: this.id, leases: this.#held, ...pulse });
  }
}

const NOTHING_TO_TELL = {
  errorStack: null,
  metadata: null,
  metadataTruncated: false,
  progressPercent: null,
  progressMessage: null,
  steps: null,
  usage: { childPid: null, cpuMs: null, peakMemoryBytes: null, maxLoopLagMs: null },
};

async function play(scripts: Act[][]): Promise<void> {
  const jobName = `job-${randomUUID()}`;
  const added = await database.pool.query<{ id: string }>(
    `INSERT INTO "JobRun" ("jobName", "maxAttempts", "maxCrashes") SELECT $1, 5, 4 FROM generate_series(1, $2) RETURNING id`,
    [jobName, RUNS],
  );
  const runIds = added.rows.map(({ id }) => id);
  const ledger = new Ledger();
  const runners: Zombie[] = scripts.map(() => new Zombie(jobName, runIds, () => runners, ledger));
  await Promise.all(
    scripts.map(async (script, index) => {
      for (const act of script) await runners[index]?.do(act);
    }),
  );
  await judge(runIds, ledger);
}

interface Row {
  id: string;
  status: string;
  claimNo: number;
  leaseToken: string | null;
}

async function judge(runIds: string[], { claims, outcomes, cancels }: Ledger): Promise<void> {
  const found = await database.pool.query<Row>(
    'SELECT id, status, "claimNo", "leaseToken" FROM "JobRun" WHERE id = ANY($1)',
    [runIds],
  );
  for (const { id, status, claimNo } of found.rows) {
    const claimed = claims.filter((claim) => claim.id === id).map((claim) => claim.claimNo);
    expect(
      claimed.toSorted((a, b) => a - b),
      'each claim has a number of its own',
    ).toEqual(Array.from({ length: claimNo }, (_, index) => index + 1));
    const recorded = outcomes.filter((outcome) => outcome.id === id);
    expect(new Set(recorded.map((outcome) => outcome.claimNo)).size, 'one claim records the outcome').toBeLessThan(2);
    for (const outcome of recorded) expect(outcome).toEqual({ id, status, claimNo });
    for (const cancel of cancels.filter((one) => one.id === id)) {
      expect(claimNo, 'nothing is begun once its cancel was promised').toBe(cancel.claimNo);
      expect(status, 'nothing is queued again once its cancel was promised').not.toBe('QUEUED');
    }
  }
  expect(await readViolations(database.pool)).toEqual({});
  await database.pool.query(
    'DELETE FROM "JobRun"; DELETE FROM "JobRunMessage"; DELETE FROM "JobRunAttempt"; DELETE FROM "JobRunCount"',
  );
}

it('keeps its invariants in all races: claim, beat, finish, retry, cancel, recover and drain, by zombies too', async () => {
  const scripts = fc.array(fc.array(act, { maxLength: 8 }), { minLength: RUNNERS, maxLength: RUNNERS });
  await fc.assert(fc.asyncProperty(scripts, play), { numRuns: size(25, 600) });
});
