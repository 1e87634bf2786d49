import { expect, it } from 'vitest';
import { buildUserTraitsJob } from './build-user-traits.js';
import { daysAgo, NOW } from './testing/network.js';
import { networkPerTest } from './testing/network-per-test.js';
import { fillNetwork } from './testing/random-network.js';
import { TRAITS } from './traits.js';

const bench = networkPerTest();
const run = (parameters: Record<string, unknown> = {}) => bench.run(buildUserTraitsJob, parameters);
const stored = () => bench.db.userTraitVector.findMany({ orderBy: { userId: 'asc' } });

it('weighs answers by their questions, and declared interests twice', async () => {
  const member = await bench.network.member();
  const [strong, weak, other] = await bench.network.quiz([
    { trait: 'humor', weight: 0.9, values: [-1, 1] },
    { trait: 'humor', weight: 0.3, values: [-1, 1] },
    { trait: 'ambition', weight: 0.5, values: [-0.5, 0.5] },
  ]);
  if (!strong || !weak || !other) throw new Error('The quiz is incomplete.');
  await bench.network.answer(member, strong, 1);
  await bench.network.answer(member, weak, 0);
  await bench.network.answer(member, other, null);
  await bench.network.describe(member, { humor: -0.2, adventure: 0.6 });
  await run();
  const humor = (0.9 - 0.3) / 1.2 - 0.1;
  const length = Math.hypot(humor, 0.3);
  const expected = { humor: humor / length, adventure: 0.3 / length };
  expect((await stored())[0]?.vector).toEqual(TRAITS.map((trait) => closeTo(expected, trait)));
});

const closeTo = (expected: Partial<Record<string, number>>, trait: string) => expect.closeTo(expected[trait] ?? 0, 12);

it('takes those who post often for extraverted, and those who react to many hashtags for open', async () => {
  const [author, silent, old] = (await bench.network.members(3)) as [number, number, number];
  for (let index = 0; index < 12; index += 1) {
    const post = await bench.network.post(author, `#tag${index} #same`, { createdAt: daysAgo(index / 6) });
    await bench.network.react(silent, post, daysAgo(1));
  }
  await bench.network.post(old, '#long #ago', { createdAt: daysAgo(8) });
  const result = await run({ behaviourDays: 7 });
  const [extraverted, open, none] = (await stored()).map((row) => row.vector);
  expect(extraverted).toEqual([0, 0, 1, 0, 0, 0, 0, 0]);
  expect(open).toEqual([1, 0, 0, 0, 0, 0, 0, 0]);
  expect(none).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  expect(result.metadata).toEqual({ usersProcessed: 3, usersWithoutEvidence: 1 });
});

it('equals a reckoning over every single answer, description, post and reaction', async () => {
  const members = await fillNetwork(bench.network, 5);
  await run({ behaviourDays: 20, batchSize: 4 });
  const rows = await stored();
  expect(rows).toHaveLength(members.length + 1);
  for (const { userId, vector } of rows) {
    const expected = await bruteForce(userId, 20);
    expect(vector).toEqual(expected.map((component) => expect.closeTo(component, 10)));
    const length = Math.hypot(...vector);
    expect(length).toBeCloseTo(members.includes(userId) ? 1 : 0, 12);
  }
});

it('gives the same rows twice', async () => {
  await fillNetwork(bench.network, 6);
  await run();
  const first = await stored();
  await run({ batchSize: 3 });
  expect(await stored()).toEqual(first);
});

it('describes one user alone on request', async () => {
  const [one] = (await bench.network.members(2)) as [number, number];
  await run({ userId: one });
  expect((await stored()).map(({ userId }) => userId)).toEqual([one]);
  await expect(run({ userId: 999 })).rejects.toThrow('There is no user with the id 999.');
});

it('stops between batches when it is cancelled', async () => {
  const members = await bench.network.members(5);
  await expect(bench.run(buildUserTraitsJob, { batchSize: 2 }, { cancelAtCheck: 2 })).rejects.toThrow('cancelled');
  expect((await stored()).map(({ userId }) => userId)).toEqual(members.slice(0, 2));
});

it.each([[{ behaviourDays: 0 }], [{ batchSize: -1 }], [{ userId: 'eight' }], [{ traits: [] }]])(
  'refuses %j',
  (parameters) => {
    expect(buildUserTraitsJob.parameters.safeParse(parameters).success).toBe(false);
  },
);

async function bruteForce(userId: number, days: number): Promise<number[]> {
  const recent = { gt: daysAgo(days), lte: NOW };
  const answers = await bench.db.quizAnswer.findMany({
    where: { userId },
    include: { option: true, question: true },
  });
  const described = await bench.db.profileTrait.findMany({ where: { userId } });
  const posts = await bench.db.post.count({ where: { authorId: userId, createdAt: recent } });
  const reactions = await bench.db.reaction.findMany({
    where: { userId, createdAt: recent },
    include: { post: true },
  });
  const tags = new Set(reactions.flatMap(({ post }) => post.text.split(' ').filter((word) => word.startsWith('#'))));
  const raw = TRAITS.map((trait) => {
    let [sum, weights] = [0, 0];
    for (const { option, question } of answers) {
      if (!option || question.trait !== trait) continue;
      sum += option.traitValue * question.weight;
      weights += question.weight;
    }
    let value = weights > 0 ? sum / weights : 0;
    value += 0.5 * (described.find((row) => row.trait === trait)?.score ?? 0);
    const perWeek = posts / (days / 7);
    if (trait === 'extraversion' && posts > 0) value += 0.25 * ((perWeek - 1) / (perWeek + 1));
    if (trait === 'openness' && tags.size > 0) value += 0.25 * ((tags.size - 10) / (tags.size + 10));
    return value;
  });
  const length = Math.sqrt(raw.reduce((sum, component) => sum + component * component, 0));
  return raw.map((component) => (length > 0 ? component / length : 0));
}
