import type { PrismaClient } from '../generated/prisma/client.js';

/** The ids of all users with a profile, ascending; of one alone when `userId` is given, who must have one. */
export async function profileIds(db: PrismaClient, userId?: number): Promise<number[]> {
  const profiles = await db.profile.findMany({
    where: { userId },
    select: { userId: true },
    orderBy: { userId: 'asc' },
  });
  if (userId !== undefined && profiles.length === 0)
    throw new Error(`There is no profile of a user with the id ${userId}.`);
  return profiles.map((profile) => profile.userId);
}
