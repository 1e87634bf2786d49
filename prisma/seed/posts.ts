import type { InterestRow } from './interests.js';
import type { Person } from './people.js';
import { PostWriter } from './post-text.js';
import { Random } from './random.js';
import { type ActiveSpan, DAY_MS, HOUR_MS, momentAfter, momentWithin } from './time.js';
import { Weighted } from './weighted.js';

/** A post with what decides how people meet it; more than the table holds. */
export interface Post {
  id: number;
  author: Person;
  replyTo: Post | undefined;
  topic: InterestRow;
  text: string;
  createdAt: number;
  /** Reactions and replies it draws, relative to others. */
  appeal: number;
}

const POSTS_PER_PERSON = 14.5;
const REPLIES_PER_PERSON = 7;
/** The luckiest post of all is not the whole network. */
const LUCKIEST = 200;

/** Posts and replies of 90 days in order of time, so that an answer always has the greater id. */
export function createPosts(people: readonly Person[], seed: number): Post[] {
  const random = new Random(seed, 'posts');
  const active = people.filter((person) => person.active.from < person.active.until);
  const writers = new Weighted(active, (person) => person.talkativeness * shareOfHistory(person.active));
  if (writers.isEmpty) return [];
  const write = new PostWriter(people, new Random(seed, 'post texts'));

  const posts = Array.from({ length: Math.round(people.length * POSTS_PER_PERSON) }, () => {
    const author = writers.pick(random);
    const topic = topicOf(author, random);
    const createdAt = momentWithin(author.active, author.longitude, random);
    return { ...blank(author, createdAt, random), topic, text: write.post(author, topic) };
  });
  const replies = createReplies(posts, { count: people.length * REPLIES_PER_PERSON, writers, write, random });
  const all = [...posts, ...replies].sort((a, b) => a.createdAt - b.createdAt);
  all.forEach((post, index) => {
    post.id = index + 1;
  });
  return all;
}

function blank(author: Person, createdAt: number, random: Random) {
  return {
    id: 0,
    author,
    replyTo: undefined,
    createdAt,
    appeal: author.popularity ** 0.6 * random.pareto(1.2, LUCKIEST),
  };
}

/** Most write about what they like most. */
function topicOf(author: Person, random: Random): InterestRow {
  return new Weighted(author.interests, (_, place) => 1 / (place + 1)).pick(random);
}

interface ReplyOptions {
  count: number;
  writers: Weighted<Person>;
  write: PostWriter;
  random: Random;
}

/** Popular posts get most of the replies; a third of them answer another reply. */
function createReplies(posts: readonly Post[], { count, writers, write, random }: ReplyOptions): Post[] {
  const parents = new Weighted(posts, (post) => post.appeal);
  const threads = new Map<Post, Post[]>();
  const replies: Post[] = [];
  for (let made = 0; made < count; made++) {
    const root = parents.pick(random);
    const thread = threads.get(root) ?? [];
    const replyTo = thread.length > 0 && random.chance(0.35) ? random.pick(thread) : root;
    const author = thread.length > 1 && random.chance(0.3) ? root.author : writers.pick(random);
    const createdAt = momentAfter(replyTo.createdAt, author.active, random);
    if (createdAt === undefined || author === replyTo.author) continue;
    const topic = root.topic;
    const text = write.reply(author, { to: replyTo.author, topic });
    const reply = { ...blank(author, createdAt, random), replyTo, topic, text };
    reply.appeal *= 0.15;
    threads.set(root, [...thread, reply]);
    replies.push(reply);
  }
  return replies;
}

/** 0 to 1: someone who came yesterday has had little time to write. */
function shareOfHistory(span: ActiveSpan): number {
  return Math.min(1, (span.until - span.from + HOUR_MS) / (30 * DAY_MS));
}
