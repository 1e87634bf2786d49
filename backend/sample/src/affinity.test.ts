import { expect, it } from 'vitest';
import { affinityJob } from './affinity.js';
import { daysAgo, hoursAgo, NOW } from './testing/network.js';
import { networkPerTest } from './testing/network-per-test.js';
import { fillNetwork } from './testing/random-network.js';

const bench = networkPerTest();
const run = (parameters: Record<string, unknown> = {}) => bench.run(affinityJob, parameters);
const stored = () => bench.db.affinity.findMany({ orderBy: [{ userId: 'asc' }, { authorId: 'asc' }] });

it('adds up what a user did to an author, halved every half-life', async () => {
  const [fan, author] = (await bench.network.members(2)) as [number, number];
  const post = await bench.network.post(author, 'Hello', { createdAt: daysAgo(50) });
  await bench.network.react(fan, post, daysAgo(10), 'LOVE');
  await bench.network.post(fan, 'Hi', { replyToId: post, createdAt: daysAgo(20) });
  await bench.network.follow(fan, author, NOW);
  await run({ halfLifeDays: 10 });
  expect(await stored()).toMatchObject([
    { userId: fan, authorId: author, reactions: 1, replies: 1, follows: true, algorithmVersion: '1.0.0' },
  ]);
  expect((await stored())[0]?.score).toBeCloseTo(2 / 2 + 3 / 4 + 5);
});

it('equals a sum over every single deed', async () => {
  await fillNetwork(bench.network, 1);
  const result = await run({ halfLifeDays: 7, batchSize: 4 });
  const expected = await bruteForce(7);
  const rows = await stored();
  expect(rows.map(({ userId, authorId }) => `${userId}-${authorId}`).sort()).toEqual([...expected.keys()].sort());
  for (const { userId, authorId, score, reactions, replies, follows } of rows) {
    const sum = expected.get(`${userId}-${authorId}`);
    expect({ reactions, replies, follows }).toEqual({
      reactions: sum?.reactions,
      replies: sum?.replies,
      follows: sum?.follows,
    });
    expect(score).toBeCloseTo(sum?.score ?? Number.NaN, 10);
  }
  expect(result.metadata).toEqual({ usersProcessed: 15, affinitiesWritten: rows.length });
  expect(result.progress.at(-1)).toEqual({ fraction: 1, message: 'Measured 15 of 15 users' });
});

it('gives the same rows twice, and drops rows that no longer apply', async () => {
  await fillNetwork(bench.network, 2);
  await run();
  const first = await stored();
  await run({ batchSize: 3 });
  expect(await stored()).toEqual(first);
  await bench.db.follow.deleteMany();
  await bench.db.reaction.deleteMany();
  await run();
  const rest = await stored();
  expect(rest.length).toBeGreaterThan(0);
  expect(rest.every(({ replies, reactions, follows }) => replies > 0 && reactions === 0 && !follows)).toBe(true);
});

it('leaves out reactions of authors to their own posts and those in the future', async () => {
  const [fan, author] = (await bench.network.members(2)) as [number, number];
  const own = await bench.network.post(fan, 'Mine');
  const theirs = await bench.network.post(author, 'Theirs');
  await bench.network.react(fan, own);
  await bench.network.react(fan, theirs, hoursAgo(-1));
  await run();
  expect(await stored()).toEqual([]);
});

it('goes on to fade when a thousand half-lives have passed', async () => {
  const [fan, author] = (await bench.network.members(2)) as [number, number];
  await bench.network.follow(fan, author, daysAgo(365));
  await run({ halfLifeDays: 0.1 });
  expect((await stored())[0]?.score).toBeLessThan(1e-200);
});

it('measures one user alone on request', async () => {
  const [fan, author, other] = (await bench.network.members(3)) as [number, number, number];
  await bench.network.follow(fan, author);
  await bench.network.follow(other, author);
  await run({ userId: fan });
  expect(await stored()).toMatchObject([{ userId: fan, authorId: author }]);
  await expect(run({ userId: 999 })).rejects.toThrow('There is no user with the id 999.');
});

it('stops between batches when it is cancelled', async () => {
  const members = await bench.network.members(4);
  const author = await bench.network.member();
  for (const member of members) await bench.network.follow(member, author);
  await expect(bench.run(affinityJob, { batchSize: 2 }, { cancelAtCheck: 2 })).rejects.toThrow('cancelled');
  expect((await stored()).map(({ userId }) => userId)).toEqual(members.slice(0, 2));
});

it.each([
  [{ halfLifeDays: 0 }],
  [{ halfLifeDays: 'long' }],
  [{ userId: 0 }],
  [{ userId: 2 ** 31 }],
  [{ batchSize: 1.5 }],
  [{ pauseMs: -1 }],
  [{ batchsize: 10 }],
])('refuses %j', (parameters) => {
  expect(affinityJob.parameters.safeParse(parameters).success).toBe(false);
});

interface Sum {
  score: number;
  reactions: number;
  replies: number;
  follows: boolean;
}

async function bruteForce(halfLifeDays: number): Promise<Map<string, Sum>> {
  const sums = new Map<string, Sum>();
  const add = (userId: number, authorId: number, at: Date, weight: number, count: (sum: Sum) => void) => {
    if (userId === authorId || at > NOW) return;
    const key = `${userId}-${authorId}`;
    const sum = sums.get(key) ?? { score: 0, reactions: 0, replies: 0, follows: false };
    sum.score += weight * 2 ** -((NOW.getTime() - at.getTime()) / 86_400_000 / halfLifeDays);
    count(sum);
    sums.set(key, sum);
  };
  const weights = { LIKE: 1, LOVE: 2, LAUGH: 1.5, WOW: 1.5 };
  for (const { userId, post, kind, createdAt } of await bench.db.reaction.findMany({ include: { post: true } })) {
    add(userId, post.authorId, createdAt, weights[kind], (sum) => {
      sum.reactions += 1;
    });
  }
  for (const { authorId, replyTo, createdAt } of await bench.db.post.findMany({ include: { replyTo: true } })) {
    if (!replyTo) continue;
    add(authorId, replyTo.authorId, createdAt, 3, (sum) => {
      sum.replies += 1;
    });
  }
  for (const { followerId, followeeId, createdAt } of await bench.db.follow.findMany()) {
    add(followerId, followeeId, createdAt, 5, (sum) => {
      sum.follows = true;
    });
  }
  return sums;
}
