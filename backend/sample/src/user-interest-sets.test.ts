import { expect, it } from 'vitest';
import { networkPerTest } from './testing/network-per-test.js';
import { fillNetwork } from './testing/random-network.js';
import { userInterestSetsJob } from './user-interest-sets.js';

const bench = networkPerTest();
const run = (parameters: Record<string, unknown> = {}) => bench.run(userInterestSetsJob, parameters);
const stored = () => bench.db.userInterestSet.findMany({ orderBy: [{ userId: 'asc' }, { interestId: 'asc' }] });

it('joins what was declared with what reactions show', async () => {
  const [reader, author] = (await bench.network.members(2)) as [number, number];
  const [jazz, chess, film] = [
    await bench.network.interest('jazz'),
    await bench.network.interest('board-games'),
    await bench.network.interest('film'),
  ];
  await bench.network.declare(reader, jazz, film);
  for (const text of ['#Jazz tonight, #board-games after', 'More (#jazz) #jazz', '#board-games!', '#film', 'jazz']) {
    await bench.network.react(reader, await bench.network.post(author, text));
  }
  await run({ minReactions: 2 });
  const rows = (await stored()).map(({ userId, interestId, source, weight }) => ({
    userId,
    interestId,
    source,
    weight: Math.round(weight * 1e9) / 1e9,
  }));
  expect(rows).toEqual([
    { userId: reader, interestId: jazz, source: 'BOTH', weight: Math.round((1 - 0.4 * (5 / 7)) * 1e9) / 1e9 },
    { userId: reader, interestId: chess, source: 'INFERRED', weight: Math.round((2 / 7) * 1e9) / 1e9 },
    { userId: reader, interestId: film, source: 'DECLARED', weight: 0.6 },
  ]);
});

it('equals a count over every single reaction', async () => {
  await fillNetwork(bench.network, 3);
  const result = await run({ minReactions: 4, batchSize: 4 });
  const rows = await stored();
  const expected = await bruteForce(4);
  expect(rows.map(({ userId, interestId, source }) => `${userId} ${interestId} ${source}`).sort()).toEqual(
    [...expected.keys()].sort(),
  );
  for (const { userId, interestId, source, weight } of rows) {
    expect(weight).toBeCloseTo(expected.get(`${userId} ${interestId} ${source}`) ?? Number.NaN, 12);
  }
  const having = (source: string) => rows.filter((row) => row.source === source).length;
  expect(result.metadata).toEqual({
    usersProcessed: 15,
    declared: having('DECLARED'),
    inferred: having('INFERRED'),
    both: having('BOTH'),
  });
  for (const source of ['DECLARED', 'INFERRED', 'BOTH']) expect(having(source)).toBeGreaterThan(0);
});

it('gives the same rows twice, and drops rows that no longer apply', async () => {
  await fillNetwork(bench.network, 4);
  await run();
  const first = await stored();
  await run({ batchSize: 3 });
  expect(await stored()).toEqual(first);
  await bench.db.reaction.deleteMany();
  await run();
  expect(await stored()).toHaveLength(await bench.db.userInterest.count());
});

it('collects for one user alone on request', async () => {
  const [one, other] = (await bench.network.members(2)) as [number, number];
  const jazz = await bench.network.interest('jazz');
  await bench.network.declare(one, jazz);
  await bench.network.declare(other, jazz);
  await run({ userId: other });
  expect(await stored()).toMatchObject([{ userId: other, interestId: jazz, weight: 0.6 }]);
  await expect(run({ userId: 999 })).rejects.toThrow('There is no user with the id 999.');
});

it('stops between batches when it is cancelled', async () => {
  const members = await bench.network.members(4);
  const jazz = await bench.network.interest('jazz');
  for (const member of members) await bench.network.declare(member, jazz);
  await expect(bench.run(userInterestSetsJob, { batchSize: 3 }, { cancelAtCheck: 2 })).rejects.toThrow('cancelled');
  expect((await stored()).map(({ userId }) => userId)).toEqual(members.slice(0, 3));
});

it.each([[{ minReactions: 0 }], [{ minReactions: 1.5 }], [{ batchSize: 0 }], [{ pauseMs: '50' }], [{ min: 3 }]])(
  'refuses %j',
  (parameters) => {
    expect(userInterestSetsJob.parameters.safeParse(parameters).success).toBe(false);
  },
);

async function bruteForce(minReactions: number): Promise<Map<string, number>> {
  const users = await bench.db.user.findMany({
    include: { interests: true, reactions: { include: { post: true } } },
  });
  const interests = await bench.db.interest.findMany();
  const expected = new Map<string, number>();
  for (const user of users) {
    for (const { id, slug } of interests) {
      const shows = user.reactions.filter(({ post }) => post.text.split(' ').includes(`#${slug}`)).length;
      const shown = shows >= minReactions ? shows / (shows + 5) : 0;
      const declared = user.interests.some(({ interestId }) => interestId === id) ? 0.6 : 0;
      const source = declared && shown ? 'BOTH' : declared ? 'DECLARED' : 'INFERRED';
      if (declared + shown > 0) expected.set(`${user.id} ${id} ${source}`, declared + shown - declared * shown);
    }
  }
  return expected;
}
