import { defineJob, type JobContext } from '@job-manager/engine/queue/job';
import * as z from 'zod';
import { grouped, inBatches, inStep } from './batches.js';
import { profileIds } from './profiles.js';
import { TRAITS } from './traits.js';

const ALGORITHM_VERSION = '1.0.0';

export const searchableUserJob = defineJob({
  name: 'searchable-user',
  description: 'Writes one flat, indexed row per user for filtering by age, place, activity, interests and traits.',
  examples: [
    'tsx scripts/runJobs.ts searchable-user',
    'tsx scripts/runJobs.ts searchable-user --userId=8',
    'tsx scripts/runJobs.ts searchable-user --batchSize=200 --traitThreshold=0.5',
  ],
  algorithmVersion: ALGORITHM_VERSION,
  parameters: z.strictObject({
    userId: z.number().int().min(1).max(2_147_483_647).optional().describe('Only this user'),
    traitThreshold: z
      .number()
      .min(0.05)
      .max(1)
      .default(0.4)
      .describe('How far a component of the trait vector (-1 to 1) must be from 0 to become a tag such as openness+'),
    batchSize: z.number().int().min(1).max(5_000).default(250).describe('Users per batch'),
    pauseMs: z.number().int().min(0).max(60_000).default(20).describe('Pause between batches, in milliseconds'),
  }),
  defaultParams: { traitThreshold: 0.4, batchSize: 250, pauseMs: 20 },
  async run(ctx, { userId, traitThreshold, batchSize, pauseMs }) {
    ctx.pipeline([
      { id: 'load', label: 'Loading profiles' },
      { id: 'flatten', label: 'Writing a row per user', weight: 18 },
    ]);
    const users = await inStep(ctx, 'load', () => profileIds(ctx, userId));
    if (userId === undefined) ctx.pipeline([{ id: 'clean-up', label: 'Removing rows without a profile' }]);
    let usersProcessed = 0;
    const plan = { step: 'flatten', batchSize, pauseMs, done: 'Flattened', items: 'users' };
    await inBatches(ctx, users, plan, async (batch) => {
      usersProcessed += await flatten(ctx, batch, traitThreshold);
      ctx.setMetadata({ usersProcessed });
    });
    const rowsRemoved = userId === undefined ? await inStep(ctx, 'clean-up', () => removeProfileless(ctx)) : 0;
    if (rowsRemoved > 0) ctx.log.info(`Removed ${grouped(rowsRemoved)} rows whose profile is gone`);
    return { usersProcessed, rowsRemoved };
  },
});

/**
 * Interests come from the computed set where a user has one, else from what they declared. A trait counts
 * as standing out when its component is at least `threshold` away from 0.
 */
function flatten(ctx: JobContext, ids: number[], threshold: number): Promise<number> {
  return ctx.services.db.$executeRaw`
    INSERT INTO "SearchableUser" ("userId", "displayName", "birthDate", gender, city, country, latitude, longitude,
      "lastActiveAt", "followerCount", "postCount", "interestSlugs", "traitTags", "algorithmVersion", "computedAt")
    SELECT p."userId", p."displayName", p."birthDate", p.gender, p.city, p.country, p.latitude, p.longitude,
      p."lastActiveAt", p."followerCount", p."postCount",
      CASE WHEN EXISTS (SELECT FROM "UserInterestSet" s WHERE s."userId" = p."userId")
        THEN ARRAY(
          SELECT i.slug FROM "UserInterestSet" s JOIN "Interest" i ON i.id = s."interestId"
          WHERE s."userId" = p."userId" ORDER BY i.slug COLLATE "C")
        ELSE ARRAY(
          SELECT i.slug FROM "UserInterest" d JOIN "Interest" i ON i.id = d."interestId"
          WHERE d."userId" = p."userId" ORDER BY i.slug COLLATE "C")
      END,
      ARRAY(
        SELECT t.name || CASE WHEN c.value > 0 THEN '+' ELSE '-' END
        FROM unnest(v.vector) WITH ORDINALITY c(value, place)
        JOIN unnest(${[...TRAITS]}::text[]) WITH ORDINALITY t(name, place) USING (place)
        WHERE abs(c.value) >= ${threshold}::float8 ORDER BY place),
      ${ALGORITHM_VERSION}, ${ctx.startedAt}::timestamptz
    FROM "Profile" p LEFT JOIN "UserTraitVector" v ON v."userId" = p."userId"
    WHERE p."userId" = ANY(${ids}::int[])
    ORDER BY p."userId"
    ON CONFLICT ("userId") DO UPDATE SET "displayName" = EXCLUDED."displayName", "birthDate" = EXCLUDED."birthDate",
      gender = EXCLUDED.gender, city = EXCLUDED.city, country = EXCLUDED.country, latitude = EXCLUDED.latitude,
      longitude = EXCLUDED.longitude, "lastActiveAt" = EXCLUDED."lastActiveAt",
      "followerCount" = EXCLUDED."followerCount", "postCount" = EXCLUDED."postCount",
      "interestSlugs" = EXCLUDED."interestSlugs", "traitTags" = EXCLUDED."traitTags",
      "algorithmVersion" = EXCLUDED."algorithmVersion", "computedAt" = EXCLUDED."computedAt"`;
}

/** A user keeps the account when the profile goes, so no cascade removes this row. */
function removeProfileless(ctx: JobContext): Promise<number> {
  return ctx.services.db.$executeRaw`
    DELETE FROM "SearchableUser" s WHERE NOT EXISTS (SELECT FROM "Profile" p WHERE p."userId" = s."userId")`;
}
