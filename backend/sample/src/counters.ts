import { Prisma, type PrismaClient } from './generated/prisma/client.js';

export type CounterName = 'followerCount' | 'followingCount' | 'postCount' | 'reactionCount' | 'replyCount';

/** Denormalised counters, and what each counts for a row `t` of its table. A reply is a post too. */
export const COUNTERS = {
  Profile: {
    key: 'userId',
    counts: {
      followerCount: '"Follow" c WHERE c."followeeId" = t."userId"',
      followingCount: '"Follow" c WHERE c."followerId" = t."userId"',
      postCount: '"Post" c WHERE c."authorId" = t."userId"',
    },
  },
  Post: {
    key: 'id',
    counts: {
      reactionCount: '"Reaction" c WHERE c."postId" = t.id',
      replyCount: '"Post" c WHERE c."replyToId" = t.id',
    },
  },
} satisfies Record<string, { key: string; counts: Partial<Record<CounterName, string>> }>;

/** A counter that differs from the number of its rows. */
export interface Drift {
  id: number;
  counter: CounterName;
  stored: number;
  actual: number;
}

/** Recounts every counter of these rows; returns the wrong ones, by id and counter. */
export function findDrift(db: PrismaClient, table: keyof typeof COUNTERS, ids: number[]): Promise<Drift[]> {
  const { key, counts } = COUNTERS[table];
  const counters = Object.entries(counts).map(
    ([counter, rows]) => `('${counter}', t."${counter}", (SELECT count(*)::int FROM ${rows}))`,
  );
  return db.$queryRaw<Drift[]>`
    SELECT t.${Prisma.raw(`"${key}"`)} AS id, r.counter, r.stored, r.actual
    FROM ${Prisma.raw(`"${table}"`)} t
    CROSS JOIN LATERAL (VALUES ${Prisma.raw(counters.join(', '))}) r(counter, stored, actual)
    WHERE t.${Prisma.raw(`"${key}"`)} = ANY(${ids}::int[]) AND r.stored <> r.actual
    ORDER BY id, r.counter`;
}

/**
 * Sets the counters right and returns how many. One that changed since it was counted is left alone: the
 * count is stale then, and the next run checks again.
 */
export async function repairDrift(db: PrismaClient, table: keyof typeof COUNTERS, drift: Drift[]): Promise<number> {
  let repaired = 0;
  for (const counter of new Set(drift.map((found) => found.counter))) {
    const rows = drift.filter((found) => found.counter === counter);
    const column = Prisma.raw(`"${counter}"`);
    repaired += await db.$executeRaw`
      UPDATE ${Prisma.raw(`"${table}"`)} t SET ${column} = d.actual
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) d(id int, stored int, actual int)
      WHERE t.${Prisma.raw(`"${COUNTERS[table].key}"`)} = d.id AND t.${column} = d.stored`;
  }
  return repaired;
}
