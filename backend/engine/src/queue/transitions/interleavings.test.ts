import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Sql } from '../../store/sql.js';
import { readViolations } from '../../store/violations.js';
import { createTestDatabase, type TestDatabase } from '../../testing/database.js';
import { sendingAgain } from '../../testing/transaction.js';
import { SYSTEM } from '../system-actor.js';
import { beat } from './beat.js';
import { cancelRun } from './cancel.js';
import { claimDueRuns } from './claim.js';
import { finishRuns, type Outcome } from './finish.js';
import { forceFailRun } from './force-fail.js';
import { writeProgress } from './progress.js';
import { recoverRunsOf } from './recover.js';
import { releaseRuns } from './release.js';
import { retryRuns } from './retry.js';

/** One run, the runner that held it when the story begins, and its lease then. */
interface Subject {
  id: string;
  jobName: string;
  runnerId: string;
  leaseToken: string;
}

/** What an actor does, and what it is answered, in a word. */
type Act = (sql: Sql, subject: Subject) => Promise<string>;

const NOTHING_TO_TELL = {
  errorStack: null,
  metadata: null,
  metadataTruncated: false,
  progressPercent: null,
  progressMessage: null,
  steps: null,
  usage: { childPid: null, cpuMs: null, peakMemoryBytes: null, maxLoopLagMs: null },
};
const finish =
  (status: Outcome['status']): Act =>
  async (sql, subject) => {
    const error = status === 'FAILED' ? 'no luck' : null;
    const recorded = await finishRuns(sql, [{ ...subject, ...NOTHING_TO_TELL, status, error }]);
    return recorded.has(subject.id) ? 'recorded' : 'refused';
  };
const failAttempt =
  (kind: { isTimeOut: boolean; isCrash: boolean }): Act =>
  async (sql, subject) => {
    const failure = {
      ...subject,
      ...NOTHING_TO_TELL,
      ...kind,
      claimNo: 1,
      error: 'no luck',
      isWorthRepeating: true,
      delayMs: 0,
    };
    return (await retryRuns(sql, [failure])).get(subject.leaseToken) ?? 'refused';
  };
const orRefused = (done: Promise<unknown>): Promise<string> =>
  done.then(
    () => 'done',
    () => 'refused',
  );

const acts = {
  claim: async (sql, { jobName }) => {
    const claimed = await claimDueRuns(sql, { runnerId: randomUUID(), jobNames: [jobName], most: 5 });
    return claimed.length === 1 ? 'claimed' : 'nothing';
  },
  beat: async (sql, { id, leaseToken, runnerId }) => {
    const pulse = {
      runnerId,
      leases: [{ id, leaseToken }],
      loopLagMs: 0,
      lastClaimAgoMs: null,
      lastProgressAgoMs: null,
    };
    return (await beat(sql, pulse)).held.size === 1 ? 'held' : 'lost';
  },
  progress: async (sql, { id, leaseToken }) => {
    const written = await writeProgress(sql, [{ id, leaseToken, percent: 50, message: 'half', steps: null }]);
    return written.size === 1 ? 'written' : 'nothing';
  },
  succeed: finish('SUCCESS'),
  fail: finish('FAILED'),
  cancel: (sql, { id }) => orRefused(cancelRun(sql, id, SYSTEM)),
  recover: async (sql, { runnerId }) =>
    (await recoverRunsOf(sql, runnerId, SYSTEM)).length === 1 ? 'taken' : 'nothing',
  release: (sql, subject) => orRefused(releaseRuns(sql, [subject])),
  retry: failAttempt({ isTimeOut: false, isCrash: false }),
  timeOut: failAttempt({ isTimeOut: true, isCrash: false }),
  crash: failAttempt({ isTimeOut: false, isCrash: true }),
  forceFail: async (sql, { id }) =>
    (await forceFailRun(sql, { runId: id, reason: null, graceMs: 0 }, SYSTEM)) ? 'done' : 'refused',
} satisfies Record<string, Act>;
type ActName = keyof typeof acts;
const names = Object.keys(acts) as ActName[];

let database: TestDatabase;
let first: pg.Client;
let second: pg.Client;
let secondPid: number;
beforeAll(async () => {
  database = await createTestDatabase();
  [first, second] = [new pg.Client(database.url), new pg.Client(database.url)];
  await Promise.all([first.connect(), second.connect()]);
  secondPid = (await second.query('SELECT pg_backend_pid() AS pid')).rows[0].pid;
});
afterAll(async () => {
  await Promise.all([first.end(), second.end()]);
  await database.drop();
});

async function aQueuedRun(): Promise<Subject> {
  const jobName = `job-${randomUUID()}`;
  const added = await database.pool.query({
    name: 'add',
    text: `INSERT INTO "JobRun" ("jobName", "maxAttempts") VALUES ($1, 2) RETURNING id`,
    values: [jobName],
  });
  return { id: added.rows[0].id, jobName, runnerId: randomUUID(), leaseToken: randomUUID() };
}

async function aRunningRun(): Promise<Subject> {
  const subject = await aQueuedRun();
  const [claimed] = await claimDueRuns(database.pool, {
    runnerId: subject.runnerId,
    jobNames: [subject.jobName],
    most: 1,
  });
  return { ...subject, leaseToken: String(claimed?.leaseToken) };
}

/** A running run that was requested to stop. */
async function aStoppingRun(): Promise<Subject> {
  const subject = await aRunningRun();
  await cancelRun(database.pool, subject.id, SYSTEM);
  return subject;
}

/** A run without a holder can only be claimed, cancelled, and written to in vain. */
const stories: [beginning: string, begin: () => Promise<Subject>, acts: ActName[]][] = [
  ['a queued run', aQueuedRun, ['claim', 'cancel', 'succeed', 'recover']],
  ['a running run', aRunningRun, names],
  ['a run that was requested to stop', aStoppingRun, names.filter((name) => name !== 'beat' && name !== 'crash')],
];

/** All of a run that must not depend on who was quicker by a millisecond. */
async function stateOf({ id, leaseToken }: Subject): Promise<string> {
  const found = await database.pool.query({
    name: 'state',
    text: `SELECT status, attempt, "claimNo", "cancelRequestedAt" IS NOT NULL AS cancelled, error, "progressPercent", "messageCount",
       CASE "leaseToken" WHEN $2 THEN 'first' ELSE 'another' END AS lease, "leaseToken" IS NULL AS free,
       (SELECT array_agg(outcome::text ORDER BY "claimNo") FROM "JobRunAttempt" WHERE "runId" = $1) AS attempts
     FROM "JobRun" WHERE id = $1`,
    values: [id, leaseToken],
  });
  return JSON.stringify(found.rows[0]);
}

interface Story {
  answers: [string, string];
  state: string;
}

async function oneAfterTheOther(subject: Subject, a: ActName, b: ActName): Promise<Story> {
  const answers: [string, string] = [await acts[a](first, subject), await acts[b](sendingAgain(second), subject)];
  return { answers, state: await stateOf(subject) };
}

/** The second acts while what the first did is not committed yet. */
async function interleaved(subject: Subject, a: ActName, b: ActName): Promise<Story> {
  await first.query('BEGIN');
  const answerA = await acts[a](first, subject);
  let isDone = false;
  const answering = acts[b](sendingAgain(second), subject).finally(() => {
    isDone = true;
  });
  await vi.waitFor(
    async () => {
      if (!isDone && !(await isWaiting())) throw new Error('The second neither ends nor waits');
    },
    { interval: 3 },
  );
  await first.query('COMMIT');
  return { answers: [answerA, await answering], state: await stateOf(subject) };
}

async function isWaiting(): Promise<boolean> {
  const found = await database.pool.query(
    `SELECT FROM pg_stat_activity WHERE pid = $1 AND state = 'active' AND wait_event_type = 'Lock'`,
    [secondPid],
  );
  return found.rowCount === 1;
}

/** What passes by locked rows may find nothing, as if it had come before there was anything. */
const passesBy: Partial<Record<ActName, string>> = { claim: 'nothing', recover: 'nothing', progress: 'nothing' };

/** What comes of acts one after the other is always the same, so each order is tried once. */
class Orders {
  readonly #known = new Map<string, Promise<Story>>();

  constructor(readonly begin: () => Promise<Subject>) {}

  async allowed(a: ActName, b: ActName): Promise<Story[]> {
    const reversed = await this.#inOrder(b, a);
    const stories = [await this.#inOrder(a, b), { ...reversed, answers: [reversed.answers[1], reversed.answers[0]] }];
    const nothing = passesBy[b];
    return (nothing === undefined ? stories : [...stories, await this.#alone(a, nothing)]) as Story[];
  }

  #inOrder(a: ActName, b: ActName): Promise<Story> {
    return this.#once(`${a}, ${b}`, (subject) => oneAfterTheOther(subject, a, b));
  }

  #alone(a: ActName, nothing: string): Promise<Story> {
    return this.#once(`${a} alone, ${nothing}`, async (subject) => {
      const answer = await acts[a](first, subject);
      return { answers: [answer, nothing], state: await stateOf(subject) };
    });
  }

  #once(name: string, act: (subject: Subject) => Promise<Story>): Promise<Story> {
    const story = this.#known.get(name) ?? this.begin().then(act);
    this.#known.set(name, story);
    return story;
  }
}

it('Each searches the run only among the active ones', async () => {
  for (const name of names) {
    const plans: string[] = [];
    const explained = async (statement: string | { text: string; values?: unknown[] }, given?: unknown[]) => {
      const { text, values = given } = typeof statement === 'string' ? { text: statement } : statement;
      const { rows } = await first.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, values);
      plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
      return first.query(text, values);
    };
    await acts[name]({ query: explained } as unknown as Sql, await aRunningRun());
    // What comes after it, where the run was not found, reads what has become of it; an answer has the runs of its batch.
    const plan = plans[0]?.split('SubPlan')[0];
    expect(plan, name).toContain('JobRun_active');
    expect(plan, name).not.toMatch(/JobRun_(before|2)/);
  }
});

describe.each(stories)('Two at once at %s', (_beginning, begin, actNames) => {
  const orders = new Orders(begin);
  it.each(actNames)('act as if one came after the other: %s, and everything else', async (a) => {
    for (const b of actNames) {
      const allowed = await orders.allowed(a, b);
      const story = await interleaved(await begin(), a, b);
      expect(allowed, `${a} while ${b} comes`).toContainEqual(story);
    }
    expect(await readViolations(database.pool)).toEqual({});
  });
});
