import type { FollowRow } from './follows.js';
import { groupBy } from './follows.js';
import type { Person } from './people.js';
import type { Post } from './posts.js';
import { Random } from './random.js';
import { HOUR_MS, momentAfter } from './time.js';
import { Weighted } from './weighted.js';

type ReactionKind = 'LIKE' | 'LOVE' | 'LAUGH' | 'WOW';

export interface ReactionRow {
  userId: number;
  postId: number;
  kind: ReactionKind;
  createdAt: number;
}

interface Audience {
  everybody: Weighted<Person>;
  followersOf: Map<number, Person[]>;
  fansOf: Map<number, Person[]>;
}

const REACTIONS_PER_PERSON = 145;
/** Nothing is liked by more than this share of all members. */
const WIDEST_REACH = 0.55;
const KINDS = new Weighted<ReactionKind>(['LIKE', 'LOVE', 'LAUGH', 'WOW'], (_, index) => [70, 15, 10, 5][index] ?? 0);

/** Reactions with power-law popularity, mostly from followers and from people who share the interest. */
export function createReactions(
  people: readonly Person[],
  posts: readonly Post[],
  follows: readonly FollowRow[],
  { seed, now }: { seed: number; now: number },
): ReactionRow[] {
  const random = new Random(seed, 'reactions');
  const audience = audienceOf(people, follows);
  // A post of an hour ago has been seen by few.
  const seen = (post: Post) => post.appeal * (1 - Math.exp(-(now - post.createdAt) / (14 * HOUR_MS)));
  const perAppeal = (people.length * REACTIONS_PER_PERSON) / posts.reduce((sum, post) => sum + seen(post), 0);
  return posts.flatMap((post) => {
    const expected = Math.min(seen(post) * perAppeal, people.length * WIDEST_REACH);
    return reactTo(post, Math.floor(expected + random.fraction()), audience, random);
  });
}

function reactTo(post: Post, wanted: number, audience: Audience, random: Random): ReactionRow[] {
  const reactions = new Map<number, ReactionRow>();
  for (let tries = 0; reactions.size < wanted && tries < wanted * 8; tries++) {
    const person = reader(post, audience, random);
    if (person === post.author || reactions.has(person.id) || !random.chance(person.reactivity)) continue;
    const createdAt = momentAfter(post.createdAt, person.active, random);
    if (createdAt === undefined) continue;
    reactions.set(person.id, { userId: person.id, postId: post.id, kind: KINDS.pick(random), createdAt });
  }
  return [...reactions.values()];
}

/** A person who comes across the post. */
function reader(post: Post, audience: Audience, random: Random): Person {
  const fraction = random.fraction();
  const followers = audience.followersOf.get(post.author.id);
  if (followers && fraction < 0.55) return random.pick(followers);
  const fans = audience.fansOf.get(post.topic.id);
  return fans && fraction < 0.8 ? random.pick(fans) : audience.everybody.pick(random);
}

function audienceOf(people: readonly Person[], follows: readonly FollowRow[]): Audience {
  const byId = new Map(people.map((person) => [person.id, person]));
  const followersOf = new Map<number, Person[]>();
  for (const [author, rows] of groupBy(follows, (row) => [row.followeeId])) {
    followersOf.set(
      author,
      rows.flatMap((row) => byId.get(row.followerId) ?? []),
    );
  }
  return {
    everybody: new Weighted(people, (person) => person.reactivity),
    followersOf,
    fansOf: groupBy(people, (person) => person.interests.map((interest) => interest.id)),
  };
}
