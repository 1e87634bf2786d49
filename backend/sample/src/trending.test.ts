import { expect, it } from 'vitest';
import { daysAgo, hoursAgo, NOW } from './testing/network.js';
import { networkPerTest } from './testing/network-per-test.js';
import { fillNetwork } from './testing/random-network.js';
import { trendingJob } from './trending.js';

const bench = networkPerTest();
const run = (parameters: Record<string, unknown> = {}) => bench.run(trendingJob, parameters);
const stored = () => bench.db.trendingItem.findMany({ orderBy: [{ kind: 'asc' }, { rank: 'asc' }] });

it('fades reactions with time and raises what quickens', async () => {
  const [author, a, b, c] = (await bench.network.members(4)) as [number, number, number, number];
  const rising = await bench.network.post(author, '#new and #both');
  const fading = await bench.network.post(author, '#old and #both');
  await bench.network.react(a, rising, hoursAgo(0));
  await bench.network.react(b, rising, hoursAgo(2));
  await bench.network.react(a, fading, hoursAgo(4));
  await bench.network.react(b, fading, hoursAgo(6));
  await bench.network.react(c, fading, hoursAgo(8));
  await run({ halfLifeHours: 2, windowHours: 4, lookbackDays: 1 });
  const [up, down] = [1.5 * (1 + 1 / 2), 0.5 * (1 / 4 + 1 / 8 + 1 / 16)];
  // The reaction eight hours ago, two whole windows, counts for neither of them.
  expect(await stored()).toMatchObject([
    { kind: 'POST', key: String(rising), rank: 1, score: expect.closeTo(up), velocity: 2 / 4, reactions: 2 },
    { kind: 'POST', key: String(fading), rank: 2, score: expect.closeTo(down), velocity: -2 / 4, reactions: 3 },
    { kind: 'HASHTAG', key: 'new', rank: 1, score: expect.closeTo(up), velocity: 2 / 4, reactions: 2 },
    { kind: 'HASHTAG', key: 'both', rank: 2, score: expect.closeTo(1.5 + 7 / 16), velocity: 0, reactions: 5 },
    { kind: 'HASHTAG', key: 'old', rank: 3, score: expect.closeTo(down), velocity: -2 / 4, reactions: 3 },
  ]);
});

it('equals a sum over every single reaction', async () => {
  await fillNetwork(bench.network, 7);
  const parameters = { halfLifeHours: 30, windowHours: 48, lookbackDays: 20, topN: 10, batchSize: 7 };
  const result = await run(parameters);
  const rows = await stored();
  const expected = await bruteForce(parameters);
  const best = (kind: string) => expected.filter((item) => item.kind === kind).slice(0, parameters.topN);
  expect(rows).toHaveLength(best('POST').length + best('HASHTAG').length);
  for (const kind of ['POST', 'HASHTAG']) {
    expect(rows.filter((row) => row.kind === kind)).toMatchObject(
      best(kind).map(({ score, velocity, ...item }, index) => ({
        ...item,
        rank: index + 1,
        score: expect.closeTo(score, 10),
        velocity: expect.closeTo(velocity, 10),
      })),
    );
  }
  expect(result.metadata).toEqual({
    postsScored: expected.filter(({ kind }) => kind === 'POST').length,
    hashtagsScored: expected.filter(({ kind }) => kind === 'HASHTAG').length,
    postsTrending: 10,
    hashtagsTrending: best('HASHTAG').length,
  });
});

it('gives the same rows twice, and drops what trends no longer', async () => {
  await fillNetwork(bench.network, 8);
  await run();
  const first = await stored();
  expect(first.length).toBeGreaterThan(0);
  await run({ batchSize: 5 });
  expect(await stored()).toEqual(first);
  await bench.db.reaction.deleteMany();
  await run();
  expect(await stored()).toEqual([]);
});

it('leaves out reactions that are too old or in the future', async () => {
  const [author, fan] = (await bench.network.members(2)) as [number, number];
  const old = await bench.network.post(author, 'Old', { createdAt: daysAgo(20) });
  const future = await bench.network.post(author, 'Future');
  await bench.network.react(fan, old, daysAgo(2));
  await bench.network.react(fan, future, hoursAgo(-1));
  await run({ lookbackDays: 2 });
  expect(await stored()).toEqual([]);
});

it('leaves out hashtags longer than their column', async () => {
  const [author, fan] = (await bench.network.members(2)) as [number, number];
  const post = await bench.network.post(author, `#${'x'.repeat(100)} #${'y'.repeat(101)}`);
  await bench.network.react(fan, post);
  await run();
  expect((await stored()).map(({ key }) => key)).toEqual([String(post), 'x'.repeat(100)]);
});

it('keeps what was there when it is cancelled', async () => {
  await fillNetwork(bench.network, 9);
  await run();
  const first = await stored();
  await bench.db.reaction.deleteMany({ where: { userId: { lt: 5 } } });
  await expect(bench.run(trendingJob, { batchSize: 5 }, { cancelAtCheck: 2 })).rejects.toThrow('cancelled');
  expect(await stored()).toEqual(first);
});

it.each([
  [{ halfLifeHours: 0 }],
  [{ topN: 0 }],
  [{ windowHours: 13, lookbackDays: 1 }],
  [{ lookbackDays: 1.5 }],
  [{ pauseMs: -1 }],
  [{ top: 3 }],
])('refuses %j', (parameters) => {
  expect(trendingJob.parameters.safeParse(parameters).success).toBe(false);
});

interface Expected {
  kind: string;
  key: string;
  score: number;
  velocity: number;
  reactions: number;
}

/** All posts and hashtags with any reaction, by falling score. */
async function bruteForce(settings: { halfLifeHours: number; windowHours: number; lookbackDays: number }) {
  const ages = new Map<string, number[]>();
  for (const { createdAt, post } of await bench.db.reaction.findMany({ include: { post: true } })) {
    const age = (NOW.getTime() - createdAt.getTime()) / 3_600_000;
    if (age < 0 || age >= settings.lookbackDays * 24) continue;
    const tags = new Set(post.text.split(' ').filter((word) => word.startsWith('#')));
    for (const key of [`POST ${post.id}`, ...[...tags].map((tag) => `HASHTAG ${tag.slice(1)}`)]) {
      ages.set(key, [...(ages.get(key) ?? []), age]);
    }
  }
  const items = [...ages].map(([name, all]): Expected => {
    const [kind = '', key = ''] = name.split(' ');
    const now = all.filter((age) => age < settings.windowHours).length;
    const before = all.filter((age) => age < 2 * settings.windowHours).length - now;
    const faded = all.reduce((sum, age) => sum + 0.5 ** (age / settings.halfLifeHours), 0);
    const score = now + before > 0 ? faded * (1 + (0.5 * (now - before)) / (now + before)) : faded;
    return {
      kind,
      key,
      score,
      velocity: now / settings.windowHours - before / settings.windowHours,
      reactions: all.length,
    };
  });
  return items.sort((a, b) => b.score - a.score);
}
