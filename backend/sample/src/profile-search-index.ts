import { defineJob, type JobContext } from '@job-manager/engine/queue/job';
import * as z from 'zod';
import { grouped, inBatches, inStep } from './batches.js';
import { profileIds } from './profiles.js';

const ALGORITHM_VERSION = '1.0.0';

/**
 * The documents hold names and places word for word (`simple`: "Will" is a name, not a stop word) and
 * interests and bio by their stems (`english`). A query searches both:
 * `document @@ (websearch_to_tsquery('simple', q) || websearch_to_tsquery('english', q))`.
 */
export const profileSearchIndexJob = defineJob({
  name: 'profile-search-index',
  description: 'Builds a full-text document per profile: name first, then interests, then place, then bio.',
  examples: [
    'tsx scripts/runJobs.ts profile-search-index',
    'tsx scripts/runJobs.ts profile-search-index --userId=8',
    'tsx scripts/runJobs.ts profile-search-index --batchSize=100 --pauseMs=50',
  ],
  algorithmVersion: ALGORITHM_VERSION,
  parameters: z.strictObject({
    userId: z.number().int().min(1).max(2_147_483_647).optional().describe('Only the profile of this user'),
    batchSize: z.number().int().min(1).max(5_000).default(250).describe('Profiles per batch'),
    pauseMs: z.number().int().min(0).max(60_000).default(20).describe('Pause between batches, in milliseconds'),
  }),
  defaultParams: { batchSize: 250, pauseMs: 20 },
  async run(ctx, { userId, batchSize, pauseMs }) {
    ctx.pipeline([
      { id: 'load', label: 'Loading profiles' },
      { id: 'index', label: 'Indexing profiles', weight: 18 },
    ]);
    const users = await inStep(ctx, 'load', () => profileIds(ctx, userId));
    const countries = await countryNames(ctx);
    if (userId === undefined) ctx.pipeline([{ id: 'clean-up', label: 'Removing documents without a profile' }]);
    let profilesIndexed = 0;
    const plan = { step: 'index', batchSize, pauseMs, done: 'Indexed', items: 'profiles' };
    await inBatches(ctx, users, plan, async (batch) => {
      profilesIndexed += await index(ctx, batch, countries);
      ctx.setMetadata({ profilesIndexed });
    });
    const documentsRemoved = userId === undefined ? await inStep(ctx, 'clean-up', () => removeProfileless(ctx)) : 0;
    if (documentsRemoved > 0) ctx.log.info(`Removed ${grouped(documentsRemoved)} documents whose profile is gone`);
    return { profilesIndexed, documentsRemoved };
  },
});

/** English names of the countries that occur, so that "Germany" finds who lives in DE. */
async function countryNames(ctx: JobContext): Promise<Record<string, string>> {
  const rows = await ctx.services.db.profile.findMany({ distinct: ['country'], select: { country: true } });
  const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'code' });
  // `of` throws for what can't be a country code at all; such a value is indexed as it stands.
  const known = rows.filter(({ country }) => /^[A-Z]{2}$/.test(country));
  return Object.fromEntries(known.map(({ country }) => [country, names.of(country) ?? '']));
}

/** A document may take up to 1 MB, which only an absurd bio could exceed; its beginning will do. */
function index(ctx: JobContext, ids: number[], countries: Record<string, string>): Promise<number> {
  return ctx.services.db.$executeRaw`
    INSERT INTO "ProfileSearchDocument" ("userId", document, "algorithmVersion", "computedAt")
    SELECT p."userId",
      setweight(to_tsvector('simple', p."displayName"), 'A')
      || setweight(to_tsvector('english', coalesce(i.names, '')), 'B')
      || setweight(to_tsvector('simple', concat_ws(' ', p.city, p.country, c.names ->> p.country)), 'C')
      || setweight(to_tsvector('english', left(p.bio, 50000)), 'D'),
      ${ALGORITHM_VERSION}, ${ctx.startedAt}::timestamptz
    FROM "Profile" p
    CROSS JOIN (SELECT ${JSON.stringify(countries)}::jsonb AS names) c
    LEFT JOIN LATERAL (
      SELECT string_agg(i.name, ' ' ORDER BY i.id) AS names
      FROM "UserInterest" d JOIN "Interest" i ON i.id = d."interestId"
      WHERE d."userId" = p."userId"
    ) i ON true
    WHERE p."userId" = ANY(${ids}::int[])
    ORDER BY p."userId"
    ON CONFLICT ("userId") DO UPDATE SET document = EXCLUDED.document,
      "algorithmVersion" = EXCLUDED."algorithmVersion", "computedAt" = EXCLUDED."computedAt"`;
}

/** A user keeps the account when the profile goes, so no cascade removes this row. */
function removeProfileless(ctx: JobContext): Promise<number> {
  return ctx.services.db.$executeRaw`
    DELETE FROM "ProfileSearchDocument" d WHERE NOT EXISTS (SELECT FROM "Profile" p WHERE p."userId" = d."userId")`;
}
