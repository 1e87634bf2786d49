import type { JobContext } from '@job-manager/engine/queue/job';
import type { Person } from './match-scoring.js';
import { DECLARED_WEIGHT } from './user-interest-sets.js';

/**
 * The people with a profile among these users, by ascending id, as they are at the start of the run. Declared
 * interests stand in for a user whose interest set has not been computed.
 */
export function loadPeople(ctx: JobContext, users: number[]): Promise<Person[]> {
  const now = ctx.startedAt.toISOString();
  return ctx.services.db.$queryRaw<Person[]>`
    WITH computed AS (
      SELECT "userId", array_agg("interestId" ORDER BY "interestId") AS ids,
        array_agg(weight ORDER BY "interestId") AS weights
      FROM "UserInterestSet" WHERE "userId" = ANY (${users}::int[]) GROUP BY "userId"
    ), declared AS (
      SELECT "userId", array_agg("interestId" ORDER BY "interestId") AS ids,
        array_agg(${DECLARED_WEIGHT}::float8) AS weights
      FROM "UserInterest" WHERE "userId" = ANY (${users}::int[]) GROUP BY "userId"
    )
    SELECT p."userId" AS id, p."seekingAgeMin", p."seekingAgeMax", p.latitude, p.longitude,
      date_part('year', age((${now}::timestamptz AT TIME ZONE 'UTC')::date, p."birthDate"))::int AS age,
      extract(epoch FROM ${now}::timestamptz - p."lastActiveAt")::float8 / 86400 AS "daysSinceActive",
      CASE WHEN 0 <> ANY (v.vector) THEN v.vector END AS traits,
      coalesce(computed.ids, declared.ids) AS "interestIds",
      coalesce(computed.weights, declared.weights) AS "interestWeights"
    FROM "Profile" p
      LEFT JOIN "UserTraitVector" v ON v."userId" = p."userId"
      LEFT JOIN computed ON computed."userId" = p."userId"
      LEFT JOIN declared ON declared."userId" = p."userId"
    WHERE p."userId" = ANY (${users}::int[]) ORDER BY p."userId"`;
}

/** For each of these users the compatibility with others, by their ids. */
export async function loadCompatibility(ctx: JobContext, users: number[]): Promise<Map<number, Map<number, number>>> {
  const rows = await ctx.services.db.$queryRaw<{ userId: number; others: number[]; scores: number[] }[]>`
    SELECT "userId", array_agg(other) AS others, array_agg(score) AS scores FROM (
      SELECT "userAId" AS "userId", "userBId" AS other, score
      FROM "Compatibility" WHERE "userAId" = ANY (${users}::int[])
      UNION ALL
      SELECT "userBId", "userAId", score FROM "Compatibility" WHERE "userBId" = ANY (${users}::int[])
    ) pairs GROUP BY "userId"`;
  return new Map(
    rows.map(({ userId, others, scores }) => [userId, new Map(others.map((id, n) => [id, scores[n] ?? 0]))]),
  );
}
