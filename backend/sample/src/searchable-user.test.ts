import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SearchableUser } from './generated/prisma/client.js';
import { searchableUserJob } from './searchable-user.js';
import { runJobAlone } from './testing/job-context.js';
import { hoursAgo, NOW, seededRandom, TestNetwork } from './testing/network.js';
import { createSampleDatabase, type SampleDatabase } from './testing/sample-database.js';
import { TRAITS } from './traits.js';

let database: SampleDatabase;
beforeAll(async () => {
  database = await createSampleDatabase();
});
afterAll(() => database.drop());

let network: TestNetwork;
beforeEach(async () => {
  await database.pool.query('TRUNCATE "User", "Interest" CASCADE');
  network = new TestNetwork(database.db);
});

const run = (parameters = {}, options = {}) =>
  runJobAlone(searchableUserJob, parameters, { db: database.db, startedAt: NOW, ...options });
const rows = () => database.db.searchableUser.findMany({ orderBy: { userId: 'asc' } });
const computed = { algorithmVersion: '1.0.0', computedAt: NOW };

/** Nine members with interests declared, computed or both, and trait vectors; and an account without profile. */
async function aNetworkAtRandom(): Promise<number[]> {
  const random = seededRandom(3);
  const interests = [];
  for (const slug of ['yoga', 'chess', 'board-games', 'Zen', 'coffee']) interests.push(await network.interest(slug));
  const users = await network.members(9);
  for (const [at, userId] of users.entries()) {
    const chosen = interests.filter(() => random() < 0.5);
    await network.declare(userId, ...chosen);
    if (at % 3 === 0) await interestSet(userId, [interests[at % 5] ?? 0, interests[(at + 2) % 5] ?? 0]);
    if (at % 4 !== 1)
      await traitVector(
        userId,
        [...TRAITS.keys()].map(() => random() * 2 - 1),
      );
  }
  await network.account();
  return users;
}

async function interestSet(userId: number, interestIds: number[]): Promise<void> {
  const data = interestIds.map((interestId) => ({
    userId,
    interestId,
    source: 'BOTH' as const,
    weight: 1,
    ...computed,
  }));
  await database.db.userInterestSet.createMany({ data });
}

async function traitVector(userId: number, vector: number[]): Promise<void> {
  await database.db.userTraitVector.create({ data: { userId, vector, ...computed } });
}

/** What a row must be, from the model's own reads and plain loops. */
async function flattenByHand(userId: number, threshold: number): Promise<SearchableUser> {
  const user = await database.db.user.findUniqueOrThrow({
    where: { id: userId },
    include: {
      profile: true,
      interests: { include: { interest: true } },
      interestSet: { include: { interest: true } },
      traitVector: true,
    },
  });
  if (!user.profile) throw new Error('has a profile');
  const { bio: _, seekingAgeMin: _min, seekingAgeMax: _max, createdAt, followingCount, ...flat } = user.profile;
  const source = user.interestSet.length > 0 ? user.interestSet : user.interests;
  const traitTags: string[] = [];
  TRAITS.forEach((trait, at) => {
    const component = user.traitVector?.vector[at] ?? 0;
    if (component >= threshold) traitTags.push(`${trait}+`);
    if (component <= -threshold) traitTags.push(`${trait}-`);
  });
  return { ...flat, interestSlugs: source.map((row) => row.interest.slug).sort(), traitTags, ...computed };
}

describe('searchable-user', () => {
  it('equals rows put together by hand', async () => {
    const users = await aNetworkAtRandom();
    await run({ traitThreshold: 0.6, batchSize: 4 });
    const expected = await Promise.all(users.map((userId) => flattenByHand(userId, 0.6)));
    expect(await rows()).toEqual(expected);
  });

  it('tags the traits at which a user stands out, and from which side', async () => {
    const userId = await network.member();
    await traitVector(userId, [0.4, -0.39, 0, 0.39, -0.4, 0.1, 0, -0.9]);
    await run();
    expect((await rows())[0]?.traitTags).toEqual(['openness+', 'stability-', 'ambition-']);
  });

  it('prefers computed interests to declared ones', async () => {
    const [chess, yoga] = [await network.interest('chess'), await network.interest('yoga')];
    const [computedToo, declaredOnly] = await network.members(2);
    await network.declare(computedToo ?? 0, chess);
    await network.declare(declaredOnly ?? 0, chess);
    await interestSet(computedToo ?? 0, [yoga]);
    await run();
    expect((await rows()).map((row) => row.interestSlugs)).toEqual([['yoga'], ['chess']]);
  });

  it('gives the same rows when run twice', async () => {
    await aNetworkAtRandom();
    await run({ batchSize: 2 });
    const first = await rows();
    await run();
    expect(await rows()).toEqual(first);
  });

  it('follows a profile that changed and removes the row of one that went', async () => {
    const [moved, gone] = await network.members(2);
    await run();
    await database.db.profile.update({
      where: { userId: moved },
      data: { city: 'Lisbon', country: 'PT', followerCount: 5, lastActiveAt: hoursAgo(2) },
    });
    await database.db.profile.delete({ where: { userId: gone } });
    const { metadata } = await run();
    expect(await rows()).toMatchObject([{ userId: moved, city: 'Lisbon', country: 'PT', followerCount: 5 }]);
    expect(metadata).toEqual({ usersProcessed: 1, rowsRemoved: 1 });
  });

  it('writes one user alone on request, and refuses one without a profile', async () => {
    const [, second] = await aNetworkAtRandom();
    await run({ userId: second });
    expect((await rows()).map((row) => row.userId)).toEqual([second]);
    const account = await network.account();
    await expect(run({ userId: account })).rejects.toThrow(`no profile of a user with the id ${account}`);
  });

  it('stops between batches when cancelled', async () => {
    await aNetworkAtRandom();
    const controller = new AbortController();
    const onCheck = (checks: number) => checks === 3 && controller.abort();
    await expect(run({ batchSize: 2 }, { signal: controller.signal, onCheck })).rejects.toThrow(/abort/i);
    expect(await rows()).toHaveLength(4);
  });

  it('reports its counts and its progress', async () => {
    await aNetworkAtRandom();
    const { metadata, progress } = await run({ batchSize: 5 });
    expect(metadata).toEqual({ usersProcessed: 9, rowsRemoved: 0 });
    expect(progress.map((report) => report.message)).toContain('Flattened 9 of 9 users');
  });

  it.each([{ batchSize: 0 }, { traitThreshold: 0 }, { traitThreshold: 1.1 }, { userId: 0 }, { trait: 'humor' }])(
    'refuses %j',
    (parameters) => {
      expect(searchableUserJob.parameters.safeParse(parameters).success).toBe(false);
    },
  );
});
