import { BestOf } from './best-of.js';

/** A post that may enter feeds. */
export interface FeedPost {
  id: number;
  authorId: number;
  /** 1 for a post of this moment, fading with its age. */
  freshness: number;
  /** 1 for the post that trends most, 0 for one that doesn't. */
  trending: number;
}

/** What a user would like to read. */
export interface Taste {
  userId: number;
  /** By author, 1 for the closest. */
  affinities: Map<number, number>;
  /** Match score by author, 0 to 1. */
  matches: Map<number, number>;
  /** Posts they have reacted to, and so have read. */
  seen: Set<number>;
}

export interface FeedItem {
  userId: number;
  postId: number;
  /** 1 stands on top. */
  rank: number;
  /** 0 to 1. */
  score: number;
}

/** Together 1. Posts without special interest still get a little, so that a newcomer's feed isn't empty. */
const WEIGHTS = { affinity: 0.5, trending: 0.3, match: 0.15, anything: 0.05 };

/**
 * The user's feed from these posts, best first: affinity to the author, trending and match score, weighted,
 * times freshness. Their own posts and those they reacted to are left out.
 */
export function rankFeed(taste: Taste, posts: readonly FeedPost[], size: number): FeedItem[] {
  const best = new BestOf<Omit<FeedItem, 'rank'>>(size, byScore);
  for (const post of posts) {
    if (post.authorId === taste.userId || taste.seen.has(post.id)) continue;
    best.offer({ userId: taste.userId, postId: post.id, score: appeal(taste, post) * post.freshness });
  }
  return best.ranked().map((item, index) => ({ ...item, rank: index + 1 }));
}

function appeal({ affinities, matches }: Taste, { authorId, trending }: FeedPost): number {
  return (
    WEIGHTS.affinity * (affinities.get(authorId) ?? 0) +
    WEIGHTS.trending * trending +
    WEIGHTS.match * (matches.get(authorId) ?? 0) +
    WEIGHTS.anything
  );
}

/** Of equal posts the newer one comes first. */
const byScore = (a: Omit<FeedItem, 'rank'>, b: Omit<FeedItem, 'rank'>) => b.score - a.score || b.postId - a.postId;
