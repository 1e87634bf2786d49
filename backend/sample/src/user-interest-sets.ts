import { defineJob, type JobContext } from '@job-manager/engine/queue/job';
import * as z from 'zod';
import { batchSizeParameter, inBatches, inStep, pauseMsParameter, userIdParameter, userIds } from './batches.js';
import { HASHTAG_PATTERN } from './hashtags.js';

const ALGORITHM_VERSION = '1.0.0';

/** What an interest weighs that a user declared and never showed. */
export const DECLARED_WEIGHT = 0.6;
/** With this many reactions an interest that is only inferred weighs a half. */
const HALF_AT_REACTIONS = 5;

const parameters = z.strictObject({
  userId: userIdParameter,
  minReactions: z
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(3)
    .describe('Reactions to posts about an interest from which on it is inferred.'),
  batchSize: batchSizeParameter('users', 200),
  pauseMs: pauseMsParameter,
});

/**
 * The interests of a user. Declared ones weigh 0.6. One is inferred from n reactions to posts with its
 * hashtag once n reaches `minReactions`, and weighs n / (n + 5). One that is both weighs what two independent
 * witnesses give: 1 - (1 - 0.6) (1 - n / (n + 5)).
 */
export const userInterestSetsJob = defineJob({
  name: 'user-interest-sets',
  description: 'The interests of each user: those declared, joined with those inferred from posts they reacted to.',
  examples: [
    'tsx scripts/runJobs.ts user-interest-sets',
    'tsx scripts/runJobs.ts user-interest-sets --userId=8 --minReactions=2',
  ],
  algorithmVersion: ALGORITHM_VERSION,
  parameters,
  defaultParams: { minReactions: 3, batchSize: 200, pauseMs: 50 },
  async run(ctx, { userId, minReactions, batchSize, pauseMs }) {
    ctx.pipeline([
      { id: 'load', label: 'Loading users' },
      { id: 'gather', label: 'Collecting interests', weight: 19 },
    ]);
    const ids = await inStep(ctx, 'load', () => userIds(ctx, userId));
    const total = { usersProcessed: 0, declared: 0, inferred: 0, both: 0 };
    const plan = { step: 'gather', batchSize, pauseMs, done: 'Collected the interests of', items: 'users' };
    await inBatches(ctx, ids, plan, async (batch) => {
      const counts = await replaceInterests(ctx, batch, minReactions);
      total.declared += counts.declared;
      total.inferred += counts.inferred;
      total.both += counts.both;
      total.usersProcessed += batch.length;
      ctx.setMetadata(total);
    });
    return total;
  },
});

interface SourceCounts {
  declared: number;
  inferred: number;
  both: number;
}

/** Replaces the interest sets of these users in one statement; returns how many there are now, by source. */
async function replaceInterests(ctx: JobContext, users: number[], minReactions: number): Promise<SourceCounts> {
  const now = ctx.startedAt.toISOString();
  const [counts] = await ctx.services.db.$queryRaw<SourceCounts[]>`
    WITH reactions AS MATERIALIZED (
      SELECT "userId", "postId" FROM "Reaction" WHERE "userId" = ANY (${users}::int[])
    ), subjects AS MATERIALIZED (
      SELECT DISTINCT p.id AS "postId", i.id AS "interestId"
      FROM "Post" p
        CROSS JOIN LATERAL regexp_matches(p.text, ${HASHTAG_PATTERN}, 'g') found
        JOIN "Interest" i ON i.slug = lower(found[1])
      WHERE p.id IN (SELECT "postId" FROM reactions)
    ), shown AS (
      SELECT "userId", "interestId", count(*)::float8 / (count(*) + ${HALF_AT_REACTIONS}::int) AS weight
      FROM reactions JOIN subjects USING ("postId")
      GROUP BY "userId", "interestId" HAVING count(*) >= ${minReactions}::int
    ), declared AS (
      SELECT "userId", "interestId", ${DECLARED_WEIGHT}::float8 AS weight
      FROM "UserInterest" WHERE "userId" = ANY (${users}::int[])
    ), fresh AS MATERIALIZED (
      SELECT "userId", "interestId",
        CASE WHEN s.weight IS NULL THEN 'DECLARED' WHEN d.weight IS NULL THEN 'INFERRED' ELSE 'BOTH' END AS source,
        1 - (1 - coalesce(d.weight, 0)) * (1 - coalesce(s.weight, 0)) AS weight
      FROM declared d FULL JOIN shown s USING ("userId", "interestId")
    ), stale AS (
      DELETE FROM "UserInterestSet" u WHERE u."userId" = ANY (${users}::int[])
        AND NOT EXISTS (SELECT FROM fresh f WHERE f."userId" = u."userId" AND f."interestId" = u."interestId")
    ), written AS (
      INSERT INTO "UserInterestSet" ("userId", "interestId", source, weight, "algorithmVersion", "computedAt")
      SELECT "userId", "interestId", source::"InterestSource", weight, ${ALGORITHM_VERSION}, ${now}::timestamptz
      FROM fresh ORDER BY "userId", "interestId"
      ON CONFLICT ("userId", "interestId") DO UPDATE SET source = excluded.source, weight = excluded.weight,
        "algorithmVersion" = excluded."algorithmVersion", "computedAt" = excluded."computedAt"
      RETURNING source
    )
    SELECT count(*) FILTER (WHERE source = 'DECLARED')::int AS declared,
      count(*) FILTER (WHERE source = 'INFERRED')::int AS inferred,
      count(*) FILTER (WHERE source = 'BOTH')::int AS both
    FROM written`;
  return counts ?? { declared: 0, inferred: 0, both: 0 };
}
