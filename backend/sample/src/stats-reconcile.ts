import { defineJob, type JobContext } from '@job-manager/engine/queue/job';
import * as z from 'zod';
import { grouped, inBatches } from './batches.js';
import { type COUNTERS, type CounterName, type Drift, findDrift, repairDrift } from './counters.js';
import { profileIds } from './profiles.js';

/** How many drifted counters the run names, of each table. */
const EXAMPLES = 5;

type Found = Drift & { table: keyof typeof COUNTERS };

interface Tally {
  profilesChecked: number;
  postsChecked: number;
  driftFound: number;
  driftRepaired: number;
  driftByCounter: Record<CounterName, number>;
  examples: Found[];
}

export const statsReconcileJob = defineJob({
  name: 'stats-reconcile',
  description: 'Recounts followers, posts, reactions and replies, reports counters that drifted and repairs them.',
  examples: [
    'tsx scripts/runJobs.ts stats-reconcile',
    'tsx scripts/runJobs.ts stats-reconcile --dryRun=true',
    'tsx scripts/runJobs.ts stats-reconcile --batchSize=2000 --pauseMs=0',
  ],
  algorithmVersion: '1.0.0',
  parameters: z.strictObject({
    dryRun: z.boolean().default(false).describe('Only report what drifted, repair nothing'),
    batchSize: z.number().int().min(1).max(10_000).default(1_000).describe('Profiles or posts per batch'),
    pauseMs: z.number().int().min(0).max(60_000).default(20).describe('Pause between batches, in milliseconds'),
  }),
  defaultParams: { dryRun: false, batchSize: 1_000, pauseMs: 20 },
  async run(ctx, { dryRun, batchSize, pauseMs }) {
    ctx.pipeline([
      { id: 'load', label: 'Loading profiles and posts' },
      { id: 'recount', label: dryRun ? 'Recounting' : 'Recounting and repairing', weight: 19 },
    ]);
    ctx.step('load').start();
    const profiles = await profileIds(ctx);
    const posts = (await ctx.services.db.post.findMany({ select: { id: true }, orderBy: { id: 'asc' } })).map(
      (post) => post.id,
    );
    ctx.step('load').done();
    ctx.step('recount').pipeline([
      { id: 'profiles', label: 'Profiles', weight: Math.max(1, profiles.length) },
      { id: 'posts', label: 'Posts', weight: Math.max(1, posts.length) },
    ]);
    const tally = emptyTally();
    const plan = { batchSize, pauseMs, done: 'Recounted' };
    await inBatches(ctx, profiles, { ...plan, step: 'profiles', items: 'profiles' }, async (ids) => {
      tally.profilesChecked += ids.length;
      await reconcile(ctx, 'Profile', ids, dryRun, tally);
    });
    await inBatches(ctx, posts, { ...plan, step: 'posts', items: 'posts' }, async (ids) => {
      tally.postsChecked += ids.length;
      await reconcile(ctx, 'Post', ids, dryRun, tally);
    });
    return { ...tally, dryRun };
  },
});

async function reconcile(ctx: JobContext, table: Found['table'], ids: number[], dryRun: boolean, tally: Tally) {
  const drift = await findDrift(ctx.services.db, table, ids);
  for (const { counter } of drift) tally.driftByCounter[counter] += 1;
  tally.driftFound += drift.length;
  const room = EXAMPLES - tally.examples.filter((example) => example.table === table).length;
  tally.examples.push(...drift.slice(0, room).map((found) => ({ table, ...found })));
  if (drift.length > 0) ctx.log.warn(`${grouped(drift.length)} counters of ${table} drifted`, { first: drift[0] });
  if (!dryRun) tally.driftRepaired += await repairDrift(ctx.services.db, table, drift);
  ctx.setMetadata({ ...tally, dryRun });
}

function emptyTally(): Tally {
  const driftByCounter = { followerCount: 0, followingCount: 0, postCount: 0, reactionCount: 0, replyCount: 0 };
  return { profilesChecked: 0, postsChecked: 0, driftFound: 0, driftRepaired: 0, driftByCounter, examples: [] };
}
