import { expect, it } from 'vitest';
import { buildUserTraitsJob } from './build-user-traits.js';
import { compatibilityJob } from './compatibility.js';
import { matchScoresJob } from './match-scores.js';
import { daysAgo, NOW } from './testing/network.js';
import { networkPerTest } from './testing/network-per-test.js';
import { fillNetwork } from './testing/random-network.js';
import { userInterestSetsJob } from './user-interest-sets.js';

const bench = networkPerTest();
const run = (parameters: Record<string, unknown> = {}) => bench.run(matchScoresJob, parameters);
const stored = () => bench.db.matchScore.findMany({ orderBy: [{ userId: 'asc' }, { rank: 'asc' }] });

/** A network with everything that matching reads, for most of its members. */
async function prepare(seed: number): Promise<number[]> {
  const members = await fillNetwork(bench.network, seed);
  await bench.run(buildUserTraitsJob);
  await bench.run(userInterestSetsJob);
  await bench.run(compatibilityJob, { topPerUser: 4 });
  await bench.db.userInterestSet.deleteMany({ where: { userId: { in: members.slice(0, 3) } } });
  await bench.db.userTraitVector.deleteMany({ where: { userId: members[4] } });
  await bench.db.userTraitVector.updateMany({ where: { userId: members[5] }, data: { vector: new Array(8).fill(0) } });
  return members;
}

it('gives unknown values their neutral score', async () => {
  const [a, b] = (await bench.network.members(2)) as [number, number];
  await bench.db.profile.update({ where: { userId: b }, data: { lastActiveAt: daysAgo(14) } });
  await run({ userId: a });
  expect(await stored()).toMatchObject([
    {
      userId: a,
      candidateId: b,
      rank: 1,
      traitScore: 0.5,
      interestScore: 0.1,
      compatibilityScore: 0.5,
      distanceScore: 1,
      ageScore: 1,
      activityScore: 0.5,
      score: expect.closeTo(0.1 + 0.02 + 0.125 + 0.15 + 0.15 + 0.025),
      algorithmVersion: '1.0.0',
    },
  ]);
});

it('prefers those who are near, active and of the age looked for on both sides', async () => {
  const me = await bench.network.member({ seekingAgeMin: 25, seekingAgeMax: 35 });
  const fine = await bench.network.member();
  const far = await bench.network.member({ latitude: 48.14, longitude: 11.58 });
  const idle = await bench.network.member({ lastActiveAt: daysAgo(28) });
  const older = await bench.network.member({ birthDate: new Date('1985-03-01') });
  const uninterested = await bench.network.member({ seekingAgeMin: 45, seekingAgeMax: 60 });
  await run({ userId: me });
  const rows = await stored();
  const part = (id: number) => rows.find(({ candidateId }) => candidateId === id);
  expect(rows[0]?.candidateId).toBe(fine);
  expect(part(far)?.distanceScore).toBeCloseTo(0.5 ** 5.04, 3);
  expect(part(idle)?.activityScore).toBeCloseTo(0.25);
  expect(part(older)?.ageScore).toBeCloseTo(Math.sqrt(0.5 ** (6 / 5)));
  expect(part(uninterested)?.ageScore).toBeCloseTo(Math.sqrt(0.5 ** (15 / 5)));
});

it.each([
  [50, 100, 500],
  [5, 4, 3],
])('equals SQL over all pairs, the best %i of each', async (topN, batchSize, candidateBatchSize) => {
  await prepare(20);
  const result = await run({ topN, batchSize, candidateBatchSize });
  const expected = (await bySql()).filter(({ rank }) => rank <= topN);
  const rows = await stored();
  expect(rows).toHaveLength(14 * Math.min(topN, 13));
  expect(rows).toMatchObject(
    expected.map(({ userId, candidateId, rank, ...scores }) => ({
      userId,
      candidateId,
      rank,
      ...Object.fromEntries(Object.entries(scores).map(([name, value]) => [name, expect.closeTo(value, 9)])),
    })),
  );
  expect(result.metadata).toEqual({
    usersProcessed: 14,
    scoresCalculated: 14 * 13,
    averageScoreTimeMs: expect.any(Number),
  });
  expect(result.metadata.averageScoreTimeMs).toBeGreaterThan(0);
  expect(result.progress.at(-1)).toEqual({ fraction: 1, message: 'Scored 15 of 15 users' });
  const fractions = result.progress.map(({ fraction }) => fraction);
  expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
});

it('gives the same rows twice, whatever the batches', async () => {
  await prepare(21);
  await run();
  const first = await stored();
  await run({ batchSize: 3, candidateBatchSize: 2 });
  expect(await stored()).toEqual(first);
});

it('scores one user as it would among all, and touches no other', async () => {
  const members = await prepare(22);
  await run({ userId: members[3] });
  const alone = await stored();
  expect(new Set(alone.map(({ userId }) => userId))).toEqual(new Set([members[3]]));
  await run();
  expect((await stored()).filter(({ userId }) => userId === members[3])).toEqual(alone);
});

it('drops candidates and users that are no longer there', async () => {
  const [a, b, c] = (await bench.network.members(3)) as [number, number, number];
  await run();
  await bench.db.profile.delete({ where: { userId: b } });
  await run();
  expect((await stored()).map(({ userId, candidateId }) => [userId, candidateId])).toEqual([
    [a, c],
    [c, a],
  ]);
});

it('fails by name when the user does not exist or has no profile', async () => {
  const operator = await bench.network.account();
  await expect(run({ userId: 999 })).rejects.toThrow('There is no user with the id 999.');
  await expect(run({ userId: operator })).rejects.toThrow(`There is no profile of a user with the id ${operator}.`);
});

it('does nothing in an empty network', async () => {
  const result = await run();
  expect(result.metadata).toEqual({ usersProcessed: 0, scoresCalculated: 0, averageScoreTimeMs: 0 });
});

it('stops between blocks of candidates, keeping only whole users', async () => {
  const members = await bench.network.members(6);
  // Each batch is checked once for itself and once for each of its two blocks.
  const cancelled = bench.run(matchScoresJob, { batchSize: 2, candidateBatchSize: 3 }, { cancelAtCheck: 6 });
  await expect(cancelled).rejects.toThrow('cancelled');
  const rows = await stored();
  expect([...new Set(rows.map(({ userId }) => userId))]).toEqual(members.slice(0, 2));
  expect(rows).toHaveLength(2 * 5);
});

it.each([
  [{ userId: -1 }],
  [{ userId: '8' }],
  [{ batchSize: 0 }],
  [{ candidateBatchSize: 10_001 }],
  [{ topN: 0 }],
  [{ pauseMs: 0.5 }],
  [{ candidates: 5 }],
])('refuses %j', (parameters) => {
  expect(matchScoresJob.parameters.safeParse(parameters).success).toBe(false);
});

interface ScoreRow {
  userId: number;
  candidateId: number;
  rank: number;
  score: number;
  traitScore: number;
  interestScore: number;
  compatibilityScore: number;
  distanceScore: number;
  ageScore: number;
  activityScore: number;
}

/** All pairs, scored by one query; distances come from the spherical law of cosines. */
function bySql(): Promise<ScoreRow[]> {
  return bench.db.$queryRaw<ScoreRow[]>`
    WITH interests AS (
      SELECT "userId", "interestId", weight FROM "UserInterestSet"
      UNION ALL
      SELECT "userId", "interestId", 0.6 FROM "UserInterest"
      WHERE "userId" NOT IN (SELECT "userId" FROM "UserInterestSet")
    ), people AS (
      SELECT p.*, v.vector, extract(year FROM age(${NOW.toISOString()}::date, "birthDate"))::float8 AS years,
        extract(epoch FROM ${NOW.toISOString()}::timestamptz - "lastActiveAt")::float8 / 86400 AS idle
      FROM "Profile" p LEFT JOIN "UserTraitVector" v ON v."userId" = p."userId"
        AND (SELECT sum(abs(x)) FROM unnest(v.vector) x) > 0
    ), parts AS (
      SELECT a."userId", b."userId" AS "candidateId",
        coalesce((1 + (SELECT sum(x * y) FROM unnest(a.vector, b.vector) AS t(x, y))) / 2, 0.5) AS "traitScore",
        CASE WHEN a."userId" IN (SELECT "userId" FROM interests) AND b."userId" IN (SELECT "userId" FROM interests)
          THEN (SELECT sum(least(coalesce(x.weight, 0), coalesce(y.weight, 0)))
              / sum(greatest(coalesce(x.weight, 0), coalesce(y.weight, 0)))
            FROM (SELECT * FROM interests WHERE "userId" = a."userId") x
              FULL JOIN (SELECT * FROM interests WHERE "userId" = b."userId") y USING ("interestId"))
          ELSE 0.1 END AS "interestScore",
        coalesce((SELECT score FROM "Compatibility" c WHERE c."userAId" = least(a."userId", b."userId")
          AND c."userBId" = greatest(a."userId", b."userId")), 0.5) AS "compatibilityScore",
        0.5 ^ (6371 * acos(least(1, sin(radians(a.latitude)) * sin(radians(b.latitude))
          + cos(radians(a.latitude)) * cos(radians(b.latitude)) * cos(radians(a.longitude - b.longitude)))) / 100)
          AS "distanceScore",
        sqrt(0.5 ^ (greatest(0, a."seekingAgeMin" - b.years, b.years - a."seekingAgeMax") / 5)
          * 0.5 ^ (greatest(0, b."seekingAgeMin" - a.years, a.years - b."seekingAgeMax") / 5)) AS "ageScore",
        0.5 ^ (b.idle / 14) AS "activityScore"
      FROM people a JOIN people b ON a."userId" <> b."userId"
    ), scored AS (
      SELECT *, 0.2 * "traitScore" + 0.2 * "interestScore" + 0.25 * "compatibilityScore" + 0.15 * "distanceScore"
        + 0.15 * "ageScore" + 0.05 * "activityScore" AS score
      FROM parts
    )
    SELECT *, row_number() OVER (PARTITION BY "userId" ORDER BY score DESC, "candidateId")::int AS rank
    FROM scored ORDER BY "userId", rank`;
}
