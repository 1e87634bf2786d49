import * as z from 'zod';
import { defineJob, type JobContext } from '../queue/job.js';
import { type BatchPlan, inBatches, phase } from './batches.js';
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
    const profiles = await profileIds(ctx.db);
    const posts = (await ctx.db.post.findMany({ select: { id: true }, orderBy: { id: 'asc' } })).map((post) => post.id);
    const tally = emptyTally();
    const border = profiles.length / Math.max(1, profiles.length + posts.length);
    const plan: BatchPlan = { batchSize, pauseMs, done: 'Recounted', items: 'profiles' };
    await inBatches(phase(ctx, 0, border), profiles, plan, async (ids) => {
      tally.profilesChecked += ids.length;
      await reconcile(ctx, 'Profile', ids, dryRun, tally);
    });
    await inBatches(phase(ctx, border, 1), posts, { ...plan, items: 'posts' }, async (ids) => {
      tally.postsChecked += ids.length;
      await reconcile(ctx, 'Post', ids, dryRun, tally);
    });
    return { ...tally, dryRun };
  },
});

async function reconcile(ctx: JobContext, table: Found['table'], ids: number[], dryRun: boolean, tally: Tally) {
  const drift = await findDrift(ctx.db, table, ids);
  for (const { counter } of drift) tally.driftByCounter[counter] += 1;
  tally.driftFound += drift.length;
  const room = EXAMPLES - tally.examples.filter((example) => example.table === table).length;
  tally.examples.push(...drift.slice(0, room).map((found) => ({ table, ...found })));
  if (!dryRun) tally.driftRepaired += await repairDrift(ctx.db, table, drift);
  ctx.setMetadata({ ...tally, dryRun });
}

function emptyTally(): Tally {
  const driftByCounter = { followerCount: 0, followingCount: 0, postCount: 0, reactionCount: 0, replyCount: 0 };
  return { profilesChecked: 0, postsChecked: 0, driftFound: 0, driftRepaired: 0, driftByCounter, examples: [] };
}
