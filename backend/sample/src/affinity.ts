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

const ALGORITHM_VERSION = '1.0.0';

const parameters = z.strictObject({
  userId: userIdParameter,
  halfLifeDays: z
    .number()
    .min(0.1)
    .max(3650)
    .default(30)
    .describe('Days after which a reaction, a reply or a follow counts half.'),
  batchSize: batchSizeParameter('users', 200),
  pauseMs: pauseMsParameter,
});

/**
 * Affinity of a user to an author: the sum over what the user did to the author (LIKE 1, LAUGH and WOW 1.5,
 * LOVE 2, a reply 3, a follow 5), each halved every `halfLifeDays`. What people do to themselves and what
 * lies after the start of the run is left out.
 */
export const affinityJob = defineJob({
  name: 'affinity',
  description: 'How close each user is to each author: reactions, replies and follows, fading with time.',
  examples: [
    'tsx scripts/runJobs.ts affinity',
    'tsx scripts/runJobs.ts affinity --userId=8 --halfLifeDays=14',
    'tsx scripts/runJobs.ts affinity --batchSize=100 --pauseMs=200',
  ],
  algorithmVersion: ALGORITHM_VERSION,
  parameters,
  defaultParams: { halfLifeDays: 30, batchSize: 200, pauseMs: 50 },
  async run(ctx, { userId, halfLifeDays, batchSize, pauseMs }) {
    ctx.pipeline([
      { id: 'load', label: 'Loading users' },
      { id: 'measure', label: 'Measuring affinities', weight: 19 },
    ]);
    const ids = await inStep(ctx, 'load', () => userIds(ctx, userId));
    const counts = { usersProcessed: 0, affinitiesWritten: 0 };
    const plan = { step: 'measure', batchSize, pauseMs, done: 'Measured', items: 'users' };
    await inBatches(ctx, ids, plan, async (batch) => {
      counts.affinitiesWritten += await replaceAffinities(ctx, batch, halfLifeDays);
      counts.usersProcessed += batch.length;
      ctx.setMetadata(counts);
    });
    ctx.log.info(`Wrote ${grouped(counts.affinitiesWritten)} affinities of ${grouped(ids.length)} users`);
    return counts;
  },
});

/** Replaces all affinities of these users in one statement; returns how many there are now. */
function replaceAffinities(ctx: JobContext, users: number[], halfLifeDays: number): Promise<number> {
  const now = ctx.startedAt.toISOString();
  // 0.5 to the power of a thousand is still a number; PostgreSQL fails on a power that underflows. A sum in a
  // fixed order has the same last digit in every run.
  return ctx.services.db.$executeRaw`
    WITH deeds AS (
      SELECT r."userId", p."authorId", r."createdAt", 'reaction' AS deed,
        CASE r.kind WHEN 'LIKE' THEN 1 WHEN 'LOVE' THEN 2 ELSE 1.5 END AS weight
      FROM "Reaction" r JOIN "Post" p ON p.id = r."postId" WHERE r."userId" = ANY (${users}::int[])
      UNION ALL
      SELECT reply."authorId", post."authorId", reply."createdAt", 'reply', 3
      FROM "Post" reply JOIN "Post" post ON post.id = reply."replyToId" WHERE reply."authorId" = ANY (${users}::int[])
      UNION ALL
      SELECT "followerId", "followeeId", "createdAt", 'follow', 5
      FROM "Follow" WHERE "followerId" = ANY (${users}::int[])
    ), fresh AS MATERIALIZED (
      SELECT "userId", "authorId",
        sum(weight * 0.5::float8 ^ least(1000,
          extract(epoch FROM ${now}::timestamptz - "createdAt")::float8 / 86400 / ${halfLifeDays}::float8)
          ORDER BY "createdAt", weight) AS score,
        count(*) FILTER (WHERE deed = 'reaction') AS reactions,
        count(*) FILTER (WHERE deed = 'reply') AS replies,
        bool_or(deed = 'follow') AS follows
      FROM deeds WHERE "userId" <> "authorId" AND "createdAt" <= ${now}::timestamptz
      GROUP BY "userId", "authorId"
    ), stale AS (
      DELETE FROM "Affinity" a WHERE a."userId" = ANY (${users}::int[])
        AND NOT EXISTS (SELECT FROM fresh f WHERE f."userId" = a."userId" AND f."authorId" = a."authorId")
    )
    INSERT INTO "Affinity"
      ("userId", "authorId", score, reactions, replies, follows, "algorithmVersion", "computedAt")
    SELECT "userId", "authorId", score, reactions, replies, follows, ${ALGORITHM_VERSION}, ${now}::timestamptz
    FROM fresh ORDER BY "userId", "authorId"
    ON CONFLICT ("userId", "authorId") DO UPDATE SET
      score = excluded.score, reactions = excluded.reactions, replies = excluded.replies, follows = excluded.follows,
      "algorithmVersion" = excluded."algorithmVersion", "computedAt" = excluded."computedAt"`;
}
