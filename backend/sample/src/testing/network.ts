import type { PrismaClient, Profile, ReactionKind } from '../generated/prisma/client.js';

/** The time that test networks live in; pass it to `tryJob` as `startedAt`. */
export const NOW = new Date('2026-03-01T12:00:00.000Z');
const HOUR_MS = 3_600_000;
export const hoursAgo = (hours: number): Date => new Date(NOW.getTime() - hours * HOUR_MS);
export const daysAgo = (days: number): Date => hoursAgo(24 * days);

export interface TestQuestion {
  id: number;
  trait: string;
  weight: number;
  options: { id: number; traitValue: number }[];
}

/** Builds a small network, one word per fact. Times are NOW where none is given. */
export class TestNetwork {
  #count = 0;

  constructor(readonly db: PrismaClient) {}

  /** A user with a profile: 30 years old, in Berlin, looking for 18 to 99. Returns the id. */
  async member(profile: Partial<Omit<Profile, 'userId'>> = {}): Promise<number> {
    const user = await this.account();
    await this.db.profile.create({ data: { ...TYPICAL, ...profile, userId: user } });
    return user;
  }

  async members(count: number): Promise<number[]> {
    return inOrder(count, () => this.member());
  }

  /** A user without a profile, such as an operator. Returns the id. */
  async account(): Promise<number> {
    this.#count += 1;
    const user = await this.db.user.create({ data: { email: `member${this.#count}@example.test`, createdAt: NOW } });
    return user.id;
  }

  async describe(userId: number, traits: Record<string, number>): Promise<void> {
    const data = Object.entries(traits).map(([trait, score]) => ({ userId, trait, score }));
    await this.db.profileTrait.createMany({ data });
  }

  /** Returns the interest's id. */
  async interest(slug: string): Promise<number> {
    const interest = await this.db.interest.create({ data: { slug, name: slug, category: 'test' } });
    return interest.id;
  }

  async declare(userId: number, ...interestIds: number[]): Promise<void> {
    const data = interestIds.map((interestId) => ({ userId, interestId, createdAt: NOW }));
    await this.db.userInterest.createMany({ data });
  }

  /** A quiz whose questions have one option per trait value. */
  async quiz(questions: { trait: string; weight: number; values: number[] }[]): Promise<TestQuestion[]> {
    this.#count += 1;
    const quiz = await this.db.quiz.create({ data: { slug: `quiz-${this.#count}`, title: 'Quiz' } });
    return inOrder(questions.length, (position) => this.#question(quiz.id, position, questions[position]));
  }

  async #question(quizId: number, position: number, spec = DEFAULT_QUESTION): Promise<TestQuestion> {
    const options = spec.values.map((traitValue, at) => ({ position: at, text: `Option ${at}`, traitValue }));
    const { trait, weight } = spec;
    const data = { quizId, position, text: `Question ${position}`, trait, weight, options: { create: options } };
    return this.db.quizQuestion.create({ data, include: { options: { orderBy: { position: 'asc' } } } });
  }

  /** `option` counts from 0; null skips the question. */
  async answer(userId: number, question: TestQuestion, option: number | null, importance = 2): Promise<void> {
    await this.db.quizAnswer.create({ data: answerOf(userId, question, option, importance) });
  }

  /** Returns the post's id. */
  async post(authorId: number, text: string, more: { createdAt?: Date; replyToId?: number } = {}): Promise<number> {
    const post = await this.db.post.create({ data: { authorId, text, createdAt: NOW, ...more } });
    return post.id;
  }

  async react(userId: number, postId: number, createdAt = NOW, kind: ReactionKind = 'LIKE'): Promise<void> {
    await this.db.reaction.create({ data: { userId, postId, createdAt, kind } });
  }

  async follow(followerId: number, followeeId: number, createdAt = NOW): Promise<void> {
    await this.db.follow.create({ data: { followerId, followeeId, createdAt } });
  }
}

/** The row of an answer; `option` counts from 0, null skips the question. */
export function answerOf(userId: number, question: TestQuestion, option: number | null, importance: number) {
  const optionId = option === null ? null : (question.options[option]?.id ?? Number.NaN);
  return { userId, questionId: question.id, optionId, importance, answerMs: 4000, answeredAt: NOW };
}

const TYPICAL = {
  displayName: 'Robin',
  birthDate: new Date('1996-01-15'),
  gender: 'woman',
  bio: '',
  city: 'Berlin',
  country: 'DE',
  latitude: 52.52,
  longitude: 13.405,
  seekingAgeMin: 18,
  seekingAgeMax: 99,
  lastActiveAt: NOW,
  createdAt: daysAgo(365),
};
const DEFAULT_QUESTION = { trait: 'openness', weight: 1, values: [] as number[] };

async function inOrder<T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  for (let index = 0; index < count; index += 1) made.push(await make(index));
  return made;
}

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
