import { defineJob, type JobContext } from '@job-manager/engine/queue/job';
import * as z from 'zod';
import {
  batchSizeParameter,
  grouped,
  inBatches,
  inStep,
  pauseMsParameter,
  userIdParameter,
  userIds,
} from './batches.js';
import { HASHTAG_PATTERN } from './hashtags.js';
import { type TraitEvidence, traitVector } from './trait-vector.js';

const ALGORITHM_VERSION = '1.0.0';

const parameters = z.strictObject({
  userId: userIdParameter,
  behaviourDays: z
    .number()
    .int()
    .min(1)
    .max(3650)
    .default(90)
    .describe('How many days of posts and reactions count as behaviour.'),
  batchSize: batchSizeParameter('users', 200),
  pauseMs: pauseMsParameter,
});

export const buildUserTraitsJob = defineJob({
  name: 'build-user-traits',
  description: 'A trait vector of length 1 for each user, from quiz answers, their profile and what they do.',
  examples: [
    'tsx scripts/runJobs.ts build-user-traits',
    'tsx scripts/runJobs.ts build-user-traits --userId=8 --behaviourDays=30',
  ],
  algorithmVersion: ALGORITHM_VERSION,
  parameters,
  defaultParams: { behaviourDays: 90, batchSize: 200, pauseMs: 50 },
  async run(ctx, { userId, behaviourDays, batchSize, pauseMs }) {
    ctx.pipeline([
      { id: 'load', label: 'Loading users' },
      { id: 'describe', label: 'Describing users by their traits', weight: 19 },
    ]);
    const ids = await inStep(ctx, 'load', () => userIds(ctx, userId));
    const counts = { usersProcessed: 0, usersWithoutEvidence: 0 };
    const plan = { step: 'describe', batchSize, pauseMs, done: 'Described', items: 'users' };
    await inBatches(ctx, ids, plan, async (batch) => {
      const vectors = (await loadEvidence(ctx, batch, behaviourDays)).map(toVector);
      await writeVectors(ctx, vectors);
      counts.usersProcessed += batch.length;
      counts.usersWithoutEvidence += vectors.filter(({ vector }) =>
        vector.every((component) => component === 0),
      ).length;
      ctx.setMetadata(counts);
    });
    const { usersWithoutEvidence } = counts;
    if (usersWithoutEvidence > 0) ctx.log.info(`${grouped(usersWithoutEvidence)} users have no evidence of traits`);
    return counts;
  },
});

interface EvidenceRow extends Pick<TraitEvidence, 'answers' | 'profile'> {
  userId: number;
  posts: number;
  reactedHashtags: number;
  days: number;
}

interface UserVector {
  userId: number;
  vector: number[];
}

const toVector = ({ userId, answers, profile, posts, reactedHashtags, days }: EvidenceRow): UserVector => ({
  userId,
  vector: traitVector({ answers, profile, behaviour: { postsPerWeek: (posts * 7) / days, reactedHashtags } }),
});

function loadEvidence(ctx: JobContext, users: number[], days: number): Promise<EvidenceRow[]> {
  const now = ctx.startedAt.toISOString();
  return ctx.services.db.$queryRaw`
    WITH span AS (
      SELECT ${now}::timestamptz - make_interval(days => ${days}::int) AS "from", ${now}::timestamptz AS "to"
    ), answers AS (
      SELECT a."userId", q.trait, sum(o."traitValue" * q.weight ORDER BY q.id) / sum(q.weight ORDER BY q.id) AS value
      FROM "QuizAnswer" a JOIN "QuizQuestion" q ON q.id = a."questionId" JOIN "QuizOption" o ON o.id = a."optionId"
      WHERE a."userId" = ANY (${users}::int[]) AND q.weight > 0
      GROUP BY a."userId", q.trait
    ), reactions AS MATERIALIZED (
      SELECT "userId", "postId" FROM "Reaction", span
      WHERE "userId" = ANY (${users}::int[]) AND "createdAt" > span."from" AND "createdAt" <= span."to"
    ), tags AS MATERIALIZED (
      SELECT DISTINCT p.id AS "postId", lower(found[1]) AS tag
      FROM "Post" p CROSS JOIN LATERAL regexp_matches(p.text, ${HASHTAG_PATTERN}, 'g') found
      WHERE p.id IN (SELECT "postId" FROM reactions)
    ), tastes AS (
      SELECT "userId", count(DISTINCT tag)::int AS tags FROM reactions JOIN tags USING ("postId") GROUP BY "userId"
    )
    SELECT u.id AS "userId", ${days}::int AS days, coalesce(tastes.tags, 0) AS "reactedHashtags",
      (SELECT count(*)::int FROM "Post" p, span
        WHERE p."authorId" = u.id AND p."createdAt" > span."from" AND p."createdAt" <= span."to") AS posts,
      (SELECT coalesce(json_object_agg(a.trait, a.value), '{}') FROM answers a WHERE a."userId" = u.id) AS answers,
      (SELECT coalesce(json_object_agg(t.trait, t.score), '{}') FROM "ProfileTrait" t WHERE t."userId" = u.id) AS profile
    FROM "User" u LEFT JOIN tastes ON tastes."userId" = u.id
    WHERE u.id = ANY (${users}::int[])`;
}

/** Who was deleted in the meantime is left out. */
async function writeVectors(ctx: JobContext, vectors: UserVector[]): Promise<void> {
  await ctx.services.db.$executeRaw`
    INSERT INTO "UserTraitVector" ("userId", vector, "algorithmVersion", "computedAt")
    SELECT f."userId", f.vector, ${ALGORITHM_VERSION}, ${ctx.startedAt.toISOString()}::timestamptz
    FROM json_to_recordset(${JSON.stringify(vectors)}::json) AS f("userId" int, vector float8[])
      JOIN "User" u ON u.id = f."userId"
    ORDER BY f."userId"
    ON CONFLICT ("userId") DO UPDATE SET vector = excluded.vector,
      "algorithmVersion" = excluded."algorithmVersion", "computedAt" = excluded."computedAt"`;
}
