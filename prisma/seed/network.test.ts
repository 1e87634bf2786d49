import { TRAITS } from '@job-manager/sample/traits';
import { expect, it } from 'vitest';
import { groupBy } from './follows.js';
import { createNetwork } from './network.js';
import { DAY_MS } from './time.js';

const now = Date.UTC(2026, 2, 1);
const options = { users: 400, seed: 42, now, firstUserId: 1, takenEmails: new Set<string>() };
const { rows, drifted } = createNetwork(options);

/** How much of all the first tenth holds, the largest first. */
function shareOfTopTenth(counts: readonly number[]): number {
  const sorted = [...counts].sort((a, b) => b - a);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return sum(sorted.slice(0, Math.ceil(sorted.length / 10))) / sum(sorted);
}

/** Rows per key, with nothing for keys without rows. */
function countBy<T>(items: readonly T[], keyOf: (item: T) => unknown): Map<unknown, number> {
  return new Map([...groupBy(items, (item) => [keyOf(item)])].map(([key, group]) => [key, group.length]));
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

it('gives the most popular tenth of the posts most of the reactions', () => {
  const counts = countBy(rows.Reaction, (reaction) => reaction.postId);
  expect(shareOfTopTenth(rows.Post.map((post) => counts.get(post.id) ?? 0))).toBeGreaterThan(0.5);
});

it('lets a few people be followed by very many', () => {
  const counts = countBy(rows.Follow, (follow) => follow.followeeId);
  const followers = rows.User.map((user) => counts.get(user.id) ?? 0);
  expect(Math.max(...followers)).toBeGreaterThan(median(followers) * 8);
});

it('gives interests a long tail', () => {
  const counts = [...countBy(rows.UserInterest, (declared) => declared.interestId).values()];
  expect(shareOfTopTenth(counts)).toBeGreaterThan(0.35);
  expect(counts.filter((count) => count <= 5).length).toBeGreaterThan(20);
});

it('skews the answers to most questions', () => {
  const answered = rows.QuizAnswer.filter((answer) => answer.optionId !== null);
  const skewed = [...groupBy(answered, (answer) => [answer.questionId])].filter(([question, answers]) => {
    const options = rows.QuizOption.filter((option) => option.questionId === question).length;
    const favourite = Math.max(...countBy(answers, (answer) => answer.optionId).values());
    return favourite / answers.length > 1.5 / options;
  });
  expect(skewed.length).toBeGreaterThan(rows.QuizQuestion.length / 2);
});

it('lets answers follow what people say of themselves', () => {
  const described = new Map(rows.ProfileTrait.map(({ userId, trait, score }) => [`${userId} ${trait}`, score]));
  const questions = new Map(rows.QuizQuestion.map((question) => [question.id, question]));
  const values = new Map(rows.QuizOption.map((option) => [option.id, option.traitValue]));
  const agreement = rows.QuizAnswer.map(({ userId, questionId, optionId }) => {
    const score = described.get(`${userId} ${questions.get(questionId)?.trait}`) ?? 0;
    return score * (values.get(optionId ?? 0) ?? 0);
  });
  expect(agreement.reduce((sum, value) => sum + value, 0) / agreement.length).toBeGreaterThan(0.05);
});

it('lets people skip questions, some of them far more often', () => {
  const rates = [...groupBy(rows.QuizAnswer, (answer) => [answer.userId]).values()].map(
    (answers) => answers.filter((answer) => answer.optionId === null).length / answers.length,
  );
  expect(median(rates)).toBeGreaterThan(0.02);
  expect(Math.max(...rates)).toBeGreaterThan(median(rates) * 3);
});

it('brings most people back within the last week and leaves some away for months', () => {
  const daysAway = rows.Profile.map((profile) => (now - profile.lastActiveAt) / DAY_MS);
  expect(median(daysAway)).toBeLessThan(7);
  expect(daysAway.some((days) => days > 90)).toBe(true);
});

it('writes in several languages, mostly English', () => {
  const share = (words: RegExp) => rows.Post.filter((post) => words.test(post.text)).length / rows.Post.length;
  expect(share(/\b(the|and|was|you|this)\b/i)).toBeGreaterThan(0.6);
  expect(share(/\b(ich|nicht|und|das)\b/i)).toBeGreaterThan(0.02);
  expect(share(/\b(je|c'était|dans|pour) /i)).toBeGreaterThan(0.01);
});

it('lets posts carry hashtags of interests, mentions of members and links', () => {
  const texts = rows.Post.map((post) => post.text);
  const slugs = new Set(rows.Interest.map((interest) => interest.slug));
  const handles = new Set(rows.User.map((user) => user.email.split('@')[0]));
  const found = (pattern: RegExp) =>
    texts.flatMap((text) => [...text.matchAll(pattern)].map((match) => match[1] ?? ''));
  const tags = found(/#([\w-]+)/g);
  const mentions = found(/@([a-z0-9]+(?:\.[a-z0-9]+)*)/g);
  expect(tags.length).toBeGreaterThan(texts.length / 4);
  expect(tags.filter((tag) => !slugs.has(tag))).toEqual([]);
  expect(mentions.length).toBeGreaterThan(texts.length / 20);
  expect(mentions.filter((mention) => !handles.has(mention))).toEqual([]);
  expect(found(/(https:\/\/example\.com\/\S+)/g).length).toBeGreaterThan(texts.length / 30);
});

it('lets nothing happen before its author joined, after now, or before what it answers', () => {
  const joined = new Map(rows.User.map((user) => [user.id, user.createdAt]));
  const posts = new Map(rows.Post.map((post) => [post.id, post]));
  for (const post of rows.Post) {
    expect(post.createdAt).toBeGreaterThanOrEqual(joined.get(post.authorId) ?? Number.NaN);
    expect(post.createdAt).toBeLessThanOrEqual(now);
    if (post.replyToId) expect(post.createdAt).toBeGreaterThan(posts.get(post.replyToId)?.createdAt ?? Number.NaN);
  }
  const early = rows.Reaction.filter((row) => row.createdAt <= (posts.get(row.postId)?.createdAt ?? Number.NaN));
  const late = [...rows.Reaction, ...rows.Follow].filter((row) => row.createdAt > now);
  expect([...early, ...late]).toEqual([]);
});

it('spreads the posts over 90 days', () => {
  const oldest = rows.Post.reduce((least, post) => Math.min(least, post.createdAt), now);
  expect((now - oldest) / DAY_MS).toBeGreaterThan(85);
  expect((now - oldest) / DAY_MS).toBeLessThanOrEqual(90);
});

it('keeps traits and seeking ages in range', () => {
  expect(rows.ProfileTrait.filter(({ score }) => Math.abs(score) > 1)).toEqual([]);
  expect(new Set(rows.ProfileTrait.map(({ trait }) => trait))).toEqual(new Set(TRAITS));
  const wrong = rows.Profile.filter((row) => row.seekingAgeMin < 18 || row.seekingAgeMin > row.seekingAgeMax);
  expect(wrong).toEqual([]);
});

it('has questions on every trait, with weights that differ', () => {
  expect(new Set(rows.QuizQuestion.map((question) => question.trait))).toEqual(new Set(TRAITS));
  expect(new Set(rows.QuizQuestion.map((question) => question.weight)).size).toBeGreaterThan(3);
});

it('has as many wrong counters as it reports, and no others', () => {
  const followers = countBy(rows.Follow, (follow) => follow.followeeId);
  const following = countBy(rows.Follow, (follow) => follow.followerId);
  const written = countBy(rows.Post, (post) => post.authorId);
  const reactions = countBy(rows.Reaction, (reaction) => reaction.postId);
  const replies = countBy(rows.Post, (post) => post.replyToId);
  const wrongProfiles = rows.Profile.filter(
    (row) =>
      row.followerCount !== (followers.get(row.userId) ?? 0) ||
      row.followingCount !== (following.get(row.userId) ?? 0) ||
      row.postCount !== (written.get(row.userId) ?? 0),
  );
  const wrongPosts = rows.Post.filter(
    (row) => row.reactionCount !== (reactions.get(row.id) ?? 0) || row.replyCount !== (replies.get(row.id) ?? 0),
  );
  expect({ profiles: wrongProfiles.length, posts: wrongPosts.length }).toEqual(drifted);
  expect(drifted.profiles).toBeGreaterThan(0);
});

it('makes a network of two', () => {
  expect(createNetwork({ ...options, users: 2 }).rows.Profile).toHaveLength(2);
});

it('gives other networks for other seeds', () => {
  const small = { ...options, users: 20 };
  expect(createNetwork(small)).toEqual(createNetwork(small));
  expect(createNetwork({ ...small, seed: 43 }).rows.Post).not.toEqual(createNetwork(small).rows.Post);
});
