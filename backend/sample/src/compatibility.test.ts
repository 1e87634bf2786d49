import { expect, it } from 'vitest';
import { compatibilityJob } from './compatibility.js';
import { networkPerTest } from './testing/network-per-test.js';
import { fillNetwork } from './testing/random-network.js';

const bench = networkPerTest();
const run = (parameters: Record<string, unknown> = {}) => bench.run(compatibilityJob, parameters);
const stored = () => bench.db.compatibility.findMany({ orderBy: [{ userAId: 'asc' }, { userBId: 'asc' }] });

const YES_NO = (count: number) => Array.from({ length: count }, () => ({ trait: 'humor', weight: 1, values: [-1, 1] }));

it('weighs each question by what it means to each side', async () => {
  const [a, b] = (await bench.network.members(2)) as [number, number];
  const [same, different] = await bench.network.quiz(YES_NO(2));
  if (!same || !different) throw new Error('The quiz is incomplete.');
  await bench.network.answer(a, same, 1, 3);
  await bench.network.answer(b, same, 1, 1);
  await bench.network.answer(a, different, 0, 1);
  await bench.network.answer(b, different, 1, 2);
  await run({ minCommonAnswers: 2 });
  expect(await stored()).toMatchObject([
    {
      userAId: a,
      userBId: b,
      satisfactionA: expect.closeTo(50 / 51),
      satisfactionB: expect.closeTo(1 / 11),
      commonAnswers: 2,
      margin: 0.5,
      score: 0,
      algorithmVersion: '1.0.0',
    },
  ]);
});

it('takes those to whom no question matters for satisfied', async () => {
  const [a, b] = (await bench.network.members(2)) as [number, number];
  for (const question of await bench.network.quiz(YES_NO(4))) {
    await bench.network.answer(a, question, 0, 0);
    await bench.network.answer(b, question, question.id % 2, 4);
  }
  await run({ minCommonAnswers: 4 });
  expect(await stored()).toMatchObject([
    { satisfactionA: 1, satisfactionB: 0.5, margin: 0.25, score: expect.closeTo(Math.sqrt(0.5) - 0.25) },
  ]);
});

it.each([
  [1, 100],
  [5, 100],
  [7, 2],
  [5, 1],
])('equals SQL over all pairs with %i common answers, the best %i of each', async (minCommonAnswers, topPerUser) => {
  await fillNetwork(bench.network, 10);
  const result = await run({ minCommonAnswers, topPerUser, batchSize: 4 });
  const { pairs, compared } = await bySql(minCommonAnswers, topPerUser);
  const rows = await stored();
  expect(rows).toHaveLength(pairs.length);
  expect(rows).toMatchObject(
    pairs.map(({ score, satisfactionA, satisfactionB, ...pair }) => ({
      ...pair,
      score: expect.closeTo(score, 10),
      satisfactionA: expect.closeTo(satisfactionA, 10),
      satisfactionB: expect.closeTo(satisfactionB, 10),
      margin: 1 / pair.commonAnswers,
    })),
  );
  expect(result.metadata).toEqual({
    usersProcessed: 15,
    usersWithAnswers: 13,
    pairsCompared: compared,
    pairsStored: pairs.length,
  });
  expect(result.progress.at(-1)).toEqual({ fraction: 1, message: 'Stored the pairs of 15 of 15 users' });
});

it('gives the same rows twice, and drops pairs that are no longer compared', async () => {
  await fillNetwork(bench.network, 11);
  await run();
  const first = await stored();
  expect(first.length).toBeGreaterThan(0);
  await run({ batchSize: 3 });
  expect(await stored()).toEqual(first);
  await bench.db.quizAnswer.deleteMany();
  await run();
  expect(await stored()).toEqual([]);
});

it('stops between batches when it is cancelled', async () => {
  const members = await fillNetwork(bench.network, 12);
  const users = members.length + 1;
  // One batch of one each for reading and comparing; of those that store, the first three.
  const cancelAtCheck = users + (members.length - 1) + 4;
  const cancelled = bench.run(compatibilityJob, { batchSize: 1 }, { cancelAtCheck });
  await expect(cancelled).rejects.toThrow('cancelled');
  const first = await stored();
  expect(first.length).toBeGreaterThan(0);
  expect(first.every(({ userAId }) => members.slice(0, 3).includes(userAId))).toBe(true);
});

it.each([
  [{ minCommonAnswers: 0 }],
  [{ topPerUser: 0 }],
  [{ batchSize: '100' }],
  [{ pauseMs: 60_001 }],
  [{ userId: 8 }],
])('refuses %j', (parameters) => {
  expect(compatibilityJob.parameters.safeParse(parameters).success).toBe(false);
});

interface PairRow {
  userAId: number;
  userBId: number;
  score: number;
  satisfactionA: number;
  satisfactionB: number;
  commonAnswers: number;
}

async function bySql(minCommonAnswers: number, topPerUser: number): Promise<{ pairs: PairRow[]; compared: number }> {
  const rows = await bench.db.$queryRaw<(PairRow & { best: bigint })[]>`
    WITH given AS (
      SELECT a."userId", a."questionId", o."traitValue" AS value,
        CASE a.importance WHEN 4 THEN 250 WHEN 3 THEN 50 WHEN 2 THEN 10 WHEN 1 THEN 1 ELSE 0 END AS weight
      FROM "QuizAnswer" a JOIN "QuizOption" o ON o.id = a."optionId"
    ), sides AS (
      SELECT x."userId" AS me, y."userId" AS other, count(*)::int AS common,
        coalesce(sum(x.weight * (1 - abs(x.value - y.value) / 2)) / nullif(sum(x.weight), 0), 1) AS satisfaction
      FROM given x JOIN given y USING ("questionId") WHERE x."userId" <> y."userId"
      GROUP BY x."userId", y."userId" HAVING count(*) >= ${minCommonAnswers}::int
    ), scored AS (
      SELECT s.me, s.other, s.common, s.satisfaction, t.satisfaction AS theirs,
        greatest(0, sqrt(s.satisfaction * t.satisfaction) - 1.0 / s.common) AS score
      FROM sides s JOIN sides t ON t.me = s.other AND t.other = s.me
    ), ranked AS (
      SELECT *, row_number() OVER (
        PARTITION BY me ORDER BY round(score::numeric, 12) DESC, least(me, other), greatest(me, other)) AS place
      FROM scored
    )
    SELECT a.me AS "userAId", a.other AS "userBId", a.score, a.satisfaction AS "satisfactionA",
      a.theirs AS "satisfactionB", a.common AS "commonAnswers", least(a.place, b.place) AS best
    FROM ranked a JOIN ranked b ON b.me = a.other AND b.other = a.me
    WHERE a.me < a.other ORDER BY 1, 2`;
  const pairs = rows.filter(({ best }) => best <= topPerUser).map(({ best: _, ...pair }) => pair);
  return { pairs, compared: rows.length };
}
