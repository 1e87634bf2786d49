import { type FollowRow, groupBy } from './follows.js';
import type { Post } from './posts.js';
import type { ProfileRow } from './profiles.js';
import { Random } from './random.js';
import type { ReactionRow } from './reactions.js';

export interface PostRow {
  id: number;
  authorId: number;
  replyToId: number | null;
  text: string;
  createdAt: number;
  reactionCount: number;
  replyCount: number;
}

/** Rows whose counters are wrong on purpose, for `stats-reconcile` to find. */
export interface Drift {
  profiles: number;
  posts: number;
}

const DRIFTED_PROFILES = 1 / 40;
const DRIFTED_POSTS = 1 / 200;

/** The posts as the table holds them, with their counters. */
export function toPostRows(posts: readonly Post[], reactions: readonly ReactionRow[]): PostRow[] {
  const reactionsOf = groupBy(reactions, (reaction) => [reaction.postId]);
  const repliesOf = groupBy(posts, (post) => (post.replyTo ? [post.replyTo] : []));
  return posts.map((post) => ({
    id: post.id,
    authorId: post.author.id,
    replyToId: post.replyTo?.id ?? null,
    text: post.text,
    createdAt: post.createdAt,
    reactionCount: reactionsOf.get(post.id)?.length ?? 0,
    replyCount: repliesOf.get(post)?.length ?? 0,
  }));
}

/** Sets the counters of the profiles: followers, followed, and all they wrote, replies included. */
export function countForProfiles(profiles: ProfileRow[], follows: readonly FollowRow[], posts: readonly Post[]): void {
  const followers = groupBy(follows, (row) => [row.followeeId]);
  const following = groupBy(follows, (row) => [row.followerId]);
  const written = groupBy(posts, (post) => [post.author.id]);
  for (const profile of profiles) {
    profile.followerCount = followers.get(profile.userId)?.length ?? 0;
    profile.followingCount = following.get(profile.userId)?.length ?? 0;
    profile.postCount = written.get(profile.userId)?.length ?? 0;
  }
}

/** Makes the counters of a few rows wrong, by a little and never below zero; returns of how many. */
export function driftCounters(profiles: readonly ProfileRow[], posts: readonly PostRow[], seed: number): Drift {
  const random = new Random(seed, 'drift');
  const drifted = { profiles: few(profiles, DRIFTED_PROFILES, random), posts: few(posts, DRIFTED_POSTS, random) };
  for (const profile of drifted.profiles) {
    const counter = random.pick(['followerCount', 'followingCount', 'postCount'] as const);
    profile[counter] = wrongCount(profile[counter], random);
  }
  for (const post of drifted.posts) {
    const counter = random.pick(['reactionCount', 'replyCount'] as const);
    post[counter] = wrongCount(post[counter], random);
  }
  return { profiles: drifted.profiles.length, posts: drifted.posts.length };
}

/** At least one, so that even a small network has something to repair. */
function few<T>(rows: readonly T[], share: number, random: Random): T[] {
  return random.sample(rows, Math.ceil(rows.length * share));
}

function wrongCount(count: number, random: Random): number {
  const by = random.int(1, 5);
  return count >= by && random.chance(0.5) ? count - by : count + by;
}
