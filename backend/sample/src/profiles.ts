import type { JobContext } from '@job-manager/engine/queue/job';

/**
 * The ids of all users with a profile, ascending; of one alone when `userId` is given. Fails the run for good when they
 * have none.
 */
export async function profileIds(ctx: Pick<JobContext, 'services' | 'fail'>, userId?: number): Promise<number[]> {
  const profiles = await ctx.services.db.profile.findMany({
    where: { userId },
    select: { userId: true },
    orderBy: { userId: 'asc' },
  });
  if (userId !== undefined && profiles.length === 0)
    ctx.fail(`There is no profile of a user with the id ${userId}.`, { retry: false });
  return profiles.map((profile) => profile.userId);
}
