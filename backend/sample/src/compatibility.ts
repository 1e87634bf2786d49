import { defineJob, type JobContext } from '@job-manager/engine/queue/job';
import * as z from 'zod';
import { type Agreement, type Answer, agreement, answerTable } from './answer-agreement.js';
import { batchSizeParameter, grouped, inBatches, inStep, pauseMsParameter, userIds } from './batches.js';
import { BestOf } from './best-of.js';

const ALGORITHM_VERSION = '1.0.0';

const parameters = z.strictObject({
  minCommonAnswers: z
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(5)
    .describe('Pairs that answered fewer questions in common are left out.'),
  topPerUser: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(100)
    .describe('A pair is kept while it is among the best of either side: so many per user.'),
  batchSize: batchSizeParameter('users', 100),
  pauseMs: pauseMsParameter,
});

export const compatibilityJob = defineJob({
  name: 'compatibility',
  description:
    'How well people go together by their quiz answers, weighted by importance on both sides. Keeps the best pairs of each user.',
  examples: [
    'tsx scripts/runJobs.ts compatibility',
    'tsx scripts/runJobs.ts compatibility --minCommonAnswers=10 --topPerUser=50',
  ],
  algorithmVersion: ALGORITHM_VERSION,
  parameters,
  defaultParams: { minCommonAnswers: 5, topPerUser: 100, batchSize: 100, pauseMs: 50 },
  async run(ctx, { minCommonAnswers, topPerUser, batchSize, pauseMs }) {
    ctx.pipeline([
      { id: 'load', label: 'Loading users' },
      { id: 'read', label: 'Reading their answers', weight: 2 },
      { id: 'compare', label: 'Comparing all pairs of users', weight: 10 },
      { id: 'store', label: 'Storing the best pairs', weight: 7 },
    ]);
    const users = await inStep(ctx, 'load', () => userIds(ctx));
    const people = await loadAnswers(ctx, users, { batchSize, pauseMs });
    const best = new BestPairs(people, minCommonAnswers, topPerUser);
    const rows = people.map((_, row) => row);
    const comparing = { step: 'compare', batchSize, pauseMs, done: 'Compared', items: 'people with answers' };
    await inBatches(ctx, rows, comparing, async (batch) => {
      for (const row of batch) best.compare(row);
    });
    ctx.log.info(`${grouped(best.compared)} pairs have at least ${minCommonAnswers} answers in common`);

    const pairs = best.byFirstUser();
    const counts = { usersProcessed: 0, usersWithAnswers: people.length, pairsCompared: best.compared, pairsStored: 0 };
    const storing = { step: 'store', batchSize, pauseMs, done: 'Stored the pairs of', items: 'users' };
    await inBatches(ctx, users, storing, async (batch) => {
      const fresh = batch.flatMap((id) => pairs.get(id) ?? []);
      counts.pairsStored += await replacePairs(ctx, batch, fresh);
      counts.usersProcessed += batch.length;
      ctx.setMetadata(counts);
    });
    return counts;
  },
});

interface Person {
  userId: number;
  answers: Answer[];
}

interface Pair extends Agreement {
  userAId: number;
  userBId: number;
}

/** The best pairs of each person, found by comparing each person with all later ones. */
class BestPairs {
  /** Pairs with enough common answers. */
  compared = 0;
  readonly #table;
  readonly #best;

  constructor(
    private readonly people: Person[],
    private readonly minCommonAnswers: number,
    topPerUser: number,
  ) {
    this.#table = answerTable(people.map((person) => person.answers));
    this.#best = people.map(() => new BestOf<Pair>(topPerUser, byScore));
  }

  /** Compares the person of this row with all that follow; `people` is in ascending order of ids. */
  compare(row: number): void {
    const userAId = this.people[row]?.userId ?? Number.NaN;
    for (let other = row + 1; other < this.people.length; other += 1) {
      const agreed = agreement(this.#table, row, other, this.minCommonAnswers);
      if (!agreed) continue;
      const pair = { userAId, userBId: this.people[other]?.userId ?? Number.NaN, ...agreed };
      this.compared += 1;
      this.#best[row]?.offer(pair);
      this.#best[other]?.offer(pair);
    }
  }

  byFirstUser(): Map<number, Pair[]> {
    // A pair that is among the best of both sides is the same object in both lists.
    const pairs = new Set(this.#best.flatMap((best) => best.ranked()));
    const byUser = new Map<number, Pair[]>();
    for (const pair of pairs) {
      const siblings = byUser.get(pair.userAId);
      if (siblings) siblings.push(pair);
      else byUser.set(pair.userAId, [pair]);
    }
    return byUser;
  }
}

const byScore = (a: Pair, b: Pair) => b.score - a.score || a.userAId - b.userAId || a.userBId - b.userBId;

/** The people among `users` who answered anything, in the same order. */
async function loadAnswers(
  ctx: JobContext,
  users: number[],
  pace: { batchSize: number; pauseMs: number },
): Promise<Person[]> {
  const people: Person[] = [];
  const plan = { ...pace, step: 'read', done: 'Read the answers of', items: 'users' };
  await inBatches(ctx, users, plan, async (batch) => {
    people.push(
      ...(await ctx.services.db.$queryRaw<Person[]>`
        SELECT a."userId", json_agg(json_build_object(
          'questionId', a."questionId", 'traitValue', o."traitValue", 'importance', a.importance)) AS answers
        FROM "QuizAnswer" a JOIN "QuizOption" o ON o.id = a."optionId"
        WHERE a."userId" = ANY (${batch}::int[]) GROUP BY a."userId" ORDER BY a."userId"`),
    );
  });
  return people;
}

/** Replaces the pairs whose first user is one of these; returns how many there are now. */
function replacePairs(ctx: JobContext, users: number[], pairs: Pair[]): Promise<number> {
  return ctx.services.db.$executeRaw`
    WITH fresh AS MATERIALIZED (
      SELECT f.* FROM json_to_recordset(${JSON.stringify(pairs)}::json) AS f("userAId" int, "userBId" int, score float8,
          "satisfactionA" float8, "satisfactionB" float8, "commonAnswers" int, margin float8)
        JOIN "User" a ON a.id = f."userAId" JOIN "User" b ON b.id = f."userBId"
    ), stale AS (
      DELETE FROM "Compatibility" c WHERE c."userAId" = ANY (${users}::int[])
        AND NOT EXISTS (SELECT FROM fresh f WHERE f."userAId" = c."userAId" AND f."userBId" = c."userBId")
    )
    INSERT INTO "Compatibility" ("userAId", "userBId", score, "satisfactionA", "satisfactionB", "commonAnswers", margin,
      "algorithmVersion", "computedAt")
    SELECT "userAId", "userBId", score, "satisfactionA", "satisfactionB", "commonAnswers", margin,
      ${ALGORITHM_VERSION}, ${ctx.startedAt.toISOString()}::timestamptz
    FROM fresh ORDER BY "userAId", "userBId"
    ON CONFLICT ("userAId", "userBId") DO UPDATE SET score = excluded.score,
      "satisfactionA" = excluded."satisfactionA", "satisfactionB" = excluded."satisfactionB",
      "commonAnswers" = excluded."commonAnswers", margin = excluded.margin,
      "algorithmVersion" = excluded."algorithmVersion", "computedAt" = excluded."computedAt"`;
}
