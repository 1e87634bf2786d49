import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { repairDrift } from './counters.js';
import { statsReconcileJob } from './stats-reconcile.js';
import { runJobAlone } from './testing/job-context.js';
import { NOW, seededRandom, TestNetwork } from './testing/network.js';
import { createSampleDatabase, type SampleDatabase } from './testing/sample-database.js';

let database: SampleDatabase;
beforeAll(async () => {
  database = await createSampleDatabase();
});
afterAll(() => database.drop());

let network: TestNetwork;
beforeEach(async () => {
  await database.pool.query('TRUNCATE "User" CASCADE');
  network = new TestNetwork(database.db);
});

const run = (parameters = {}, options = {}) =>
  runJobAlone(statsReconcileJob, parameters, { db: database.db, startedAt: NOW, ...options });

/** Members who follow, post, reply and react at random; every counter is still 0. */
async function aNetworkAtRandom(): Promise<number[]> {
  const random = seededRandom(11);
  const users = await network.members(8);
  const posts: number[] = [];
  for (const [at, userId] of users.entries()) {
    for (let made = 0; made < at % 4; made += 1) {
      const replyToId = random() < 0.5 ? posts[Math.floor(random() ** 2 * posts.length)] : undefined;
      posts.push(await network.post(userId, 'text', { replyToId }));
    }
    for (const other of users) if (other !== userId && random() < 0.3) await network.follow(userId, other);
    for (const post of posts) if (random() < 0.4) await network.react(userId, post);
  }
  return users;
}

const counters = async () => ({
  profiles: await database.db.profile.findMany({
    select: { userId: true, followerCount: true, followingCount: true, postCount: true },
    orderBy: { userId: 'asc' },
  }),
  posts: await database.db.post.findMany({
    select: { id: true, reactionCount: true, replyCount: true },
    orderBy: { id: 'asc' },
  }),
});

/** Every counter, from every row. */
async function countByHand(): Promise<Awaited<ReturnType<typeof counters>>> {
  const { db } = database;
  const [profiles, posts, follows, reactions] = await Promise.all([
    db.profile.findMany({ orderBy: { userId: 'asc' } }),
    db.post.findMany({ orderBy: { id: 'asc' } }),
    db.follow.findMany(),
    db.reaction.findMany(),
  ]);
  return {
    profiles: profiles.map(({ userId }) => ({
      userId,
      followerCount: follows.filter((follow) => follow.followeeId === userId).length,
      followingCount: follows.filter((follow) => follow.followerId === userId).length,
      postCount: posts.filter((post) => post.authorId === userId).length,
    })),
    posts: posts.map(({ id }) => ({
      id,
      reactionCount: reactions.filter((reaction) => reaction.postId === id).length,
      replyCount: posts.filter((post) => post.replyToId === id).length,
    })),
  };
}

describe('stats-reconcile', () => {
  it('sets every counter to a count by hand', async () => {
    await aNetworkAtRandom();
    await database.pool.query('UPDATE "Profile" SET "followerCount" = "userId" % 3, "postCount" = 7');
    await run({ batchSize: 3 });
    const actual = await counters();
    expect(actual).toEqual(await countByHand());
    expect(actual.posts.some((post) => post.replyCount > 0)).toBe(true);
  });

  it('reports how many counters of each kind drifted', async () => {
    const [one = 0, two = 0] = await network.members(2);
    await network.follow(one, two);
    const post = await network.post(one, 'text');
    await network.react(two, post);
    const { metadata } = await run();
    expect(metadata).toMatchObject({
      profilesChecked: 2,
      postsChecked: 1,
      driftFound: 4,
      driftRepaired: 4,
      driftByCounter: { followerCount: 1, followingCount: 1, postCount: 1, reactionCount: 1, replyCount: 0 },
      dryRun: false,
    });
    expect(metadata.examples).toContainEqual({
      table: 'Profile',
      id: two,
      counter: 'followerCount',
      stored: 0,
      actual: 1,
    });
    expect(metadata.examples).toContainEqual({
      table: 'Post',
      id: post,
      counter: 'reactionCount',
      stored: 0,
      actual: 1,
    });
  });

  it('names five examples per table however much drifted', async () => {
    await aNetworkAtRandom();
    const { metadata } = await run();
    expect(metadata.driftFound).toBeGreaterThan(20);
    expect(metadata.examples).toHaveLength(10);
  });

  it('finds nothing the second time', async () => {
    await aNetworkAtRandom();
    await run();
    const first = await counters();
    expect((await run()).metadata).toMatchObject({ driftFound: 0, driftRepaired: 0, examples: [] });
    expect(await counters()).toEqual(first);
  });

  it('repairs nothing in a dry run, and reports the same drift', async () => {
    await aNetworkAtRandom();
    const before = await counters();
    const dry = await run({ dryRun: true });
    expect(await counters()).toEqual(before);
    expect(dry.metadata.driftRepaired).toBe(0);
    const { metadata } = await run();
    expect(metadata).toMatchObject({
      driftFound: dry.metadata.driftFound,
      driftByCounter: dry.metadata.driftByCounter,
    });
  });

  it('leaves a counter alone that changed after it was counted', async () => {
    const userId = await network.member({ followerCount: 3 });
    const stale = { id: userId, counter: 'followerCount' as const, stored: 2, actual: 0 };
    expect(await repairDrift(database.db, 'Profile', [stale])).toBe(0);
    expect((await counters()).profiles[0]?.followerCount).toBe(3);
  });

  it('stops between batches when cancelled', async () => {
    const users = await network.members(4);
    await database.pool.query('UPDATE "Profile" SET "postCount" = 9');
    const controller = new AbortController();
    const onCheck = (checks: number) => checks === 2 && controller.abort();
    await expect(run({ batchSize: 2 }, { signal: controller.signal, onCheck })).rejects.toThrow(/abort/i);
    const wrong = (await counters()).profiles.filter((profile) => profile.postCount === 9);
    expect(wrong.map((profile) => profile.userId)).toEqual(users.slice(2));
  });

  it('moves forward from profiles to posts without going back', async () => {
    await aNetworkAtRandom();
    const { progress } = await run({ batchSize: 2 });
    const fractions = progress.map((report) => report.fraction);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(progress.at(-1)).toMatchObject({
      fraction: 1,
      message: expect.stringMatching(/^Recounted \d+ of \d+ posts$/),
    });
  });

  it('has nothing to do in an empty network', async () => {
    expect((await run()).metadata).toMatchObject({ profilesChecked: 0, postsChecked: 0, driftFound: 0 });
  });

  it.each([{ batchSize: 0 }, { dryRun: 'yes' }, { pauseMs: 60_001 }, { fix: true }])('refuses %j', (parameters) => {
    expect(statsReconcileJob.parameters.safeParse(parameters).success).toBe(false);
  });
});
