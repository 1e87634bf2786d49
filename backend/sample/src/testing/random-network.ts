import type { Prisma, ReactionKind } from '../generated/prisma/client.js';
import { TRAITS } from '../traits.js';
import { answerOf, daysAgo, hoursAgo, NOW, seededRandom, type TestNetwork } from './network.js';

const TAGS = ['hiking', 'coffee', 'jazz', 'board-games', 'film', 'chess'];
const KINDS: ReactionKind[] = ['LIKE', 'LOVE', 'LAUGH', 'WOW'];

/**
 * Fills an empty network with a little of everything, the same for the same seed: members across Europe and
 * one account without a profile, interests, posts, replies, reactions and follows of the last 30 days (and a
 * few after NOW), and half-answered quizzes. Returns the ids of the members.
 */
export async function fillNetwork(network: TestNetwork, seed: number, size = 14): Promise<number[]> {
  const random = seededRandom(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const recently = () => hoursAgo(random() * 30 * 24 - 12);
  const chance = (probability: number) => random() < probability;

  const members = await addMembers(network, size, random);
  await network.account();
  const interests = [];
  for (const tag of TAGS.slice(0, 5)) interests.push(await network.interest(tag));
  const posts: number[] = [];
  for (let index = 0; index < 4 * size; index += 1) {
    const text = `Post ${index} #${pick(TAGS)} and #${pick(TAGS)}`;
    const replyToId = index > 5 && chance(0.4) ? pick(posts) : undefined;
    posts.push(await network.post(pick(members), text, { createdAt: recently(), replyToId }));
  }
  // Together at the end: by themselves they were three quarters of all statements.
  const reactions: Prisma.ReactionCreateManyInput[] = [];
  const follows: Prisma.FollowCreateManyInput[] = [];
  for (const userId of members) {
    for (const postId of posts.filter(() => chance(0.3)))
      reactions.push({ userId, postId, createdAt: recently(), kind: pick(KINDS) });
    for (const followeeId of members.filter((id) => id !== userId && chance(0.2)))
      follows.push({ followerId: userId, followeeId, createdAt: recently() });
    await network.declare(userId, ...interests.filter(() => chance(0.3)));
    await network.describe(
      userId,
      Object.fromEntries(TRAITS.filter(() => chance(0.5)).map((t) => [t, random() * 2 - 1])),
    );
  }
  await network.db.reaction.createMany({ data: reactions });
  await network.db.follow.createMany({ data: follows });
  await answerSome(network, members, random);
  return members;
}

async function addMembers(network: TestNetwork, size: number, random: () => number): Promise<number[]> {
  const members: number[] = [];
  for (let index = 0; index < size; index += 1) {
    const youngest = 20 + Math.floor(random() * 20);
    members.push(
      await network.member({
        birthDate: new Date(Date.UTC(1970 + Math.floor(random() * 35), Math.floor(random() * 12), 1 + index)),
        latitude: 45 + random() * 10,
        longitude: random() * 20,
        seekingAgeMin: youngest,
        seekingAgeMax: youngest + Math.floor(random() * 20),
        lastActiveAt: daysAgo(random() * 60),
      }),
    );
  }
  // A birthday on the day itself is where ages go wrong by one.
  await network.db.profile.updateMany({
    where: { userId: members[0] },
    data: { birthDate: new Date(Date.UTC(1990, NOW.getUTCMonth(), NOW.getUTCDate())) },
  });
  return members;
}

async function answerSome(network: TestNetwork, members: number[], random: () => number): Promise<void> {
  const questions = await network.quiz(
    Array.from({ length: 12 }, (_, index) => ({
      trait: TRAITS[index % 6] ?? 'openness',
      weight: Math.round(random() * 10) / 10,
      values: [-1, -0.4, 0.3, 1],
    })),
  );
  const answers = members.slice(1).flatMap((userId) =>
    questions
      .filter(() => random() < 0.7)
      .map((question) => {
        const option = random() < 0.15 ? null : Math.floor(random() * 4);
        return answerOf(userId, question, option, Math.floor(random() * 5));
      }),
  );
  await network.db.quizAnswer.createMany({ data: answers });
}
