import type { Random } from '../random.js';
import { HOUR_MS, MINUTE_MS } from '../time.js';
import type { Draft, Failure } from './draft.js';
import { moments, type Span, STABLE_MS } from './rhythm.js';

const TIMED_OUT: Failure = {
  error: 'Error: Connection terminated due to connection timeout',
  stack:
    'Error: Connection terminated due to connection timeout\n    at Client._connectionCallback (pg-pool/index.js:262:17)',
};
const UNKNOWN_USER = (userId: number): Failure => ({ error: `There is no user with the id ${userId}.` });

/** What users of the application cause all day: feeds, scores, features, all in the channel `default`. */
export const dailyWork = (span: Span, random: Random): Draft[] => [
  ...feeds(span, random),
  ...matchScores(span, random),
  ...affinities(span, random),
  ...byHand(span, random),
];

/** One feed for each user who comes back, requested by the application; some need a second attempt. */
const feeds = (span: Span, random: Random): Draft[] =>
  moments(span, 90, random).map((queuedAt): Draft => {
    const isShaky = random.chance(0.02) && queuedAt < span.until - STABLE_MS;
    return {
      jobName: 'feed-presort',
      trigger: 'EVENT',
      isByToken: true,
      parameters: { userId: random.int(1, 1_000) },
      queuedAt,
      waitMs: random.logNormal(25, 0.8),
      workMs: random.logNormal(420, 0.4),
      status: 'SUCCESS',
      failedBefore: isShaky ? Array.from({ length: random.int(1, 2) }, () => TIMED_OUT) : [],
      metadata: { usersProcessed: 1, itemsStored: random.int(60, 100) },
    };
  });

/** Asked for by people; now and then for a user who is gone, or given up. */
const matchScores = (span: Span, random: Random): Draft[] =>
  moments(span, 18, random).map((queuedAt): Draft => {
    const isRecent = queuedAt > span.until - STABLE_MS;
    const fate = isRecent ? 1 : random.fraction();
    const userId = fate < 0.05 ? random.int(100_001, 100_200) : random.int(1, 1_000);
    const base: Draft = {
      jobName: 'match-scores',
      trigger: 'API',
      person: random.int(0, 1),
      parameters: { userId },
      queuedAt,
      waitMs: random.logNormal(60, 1),
      workMs: random.logNormal(2_600, 0.5),
      status: 'SUCCESS',
      metadata: { usersProcessed: 1, scoresStored: 50 },
    };
    if (fate < 0.05) return { ...base, status: 'FAILED', failure: UNKNOWN_USER(userId), workMs: 150, metadata: {} };
    if (fate < 0.08) return { ...base, status: 'CANCELLED', workMs: random.between(800, 2_000), metadata: {} };
    if (fate < 0.1) return { ...base, status: 'CANCELLED', isCancelledInQueue: true, waitMs: 20_000, metadata: {} };
    return base;
  });

/** Chains: what a user likes is computed first, the feed after it. */
const affinities = (span: Span, random: Random): Draft[] =>
  moments(span, 8, random).flatMap((queuedAt): Draft[] => {
    const userId = random.int(1, 1_000);
    const first: Draft = {
      jobName: 'affinity',
      trigger: 'EVENT',
      isByToken: true,
      parameters: { userId },
      queuedAt,
      waitMs: random.logNormal(30, 0.6),
      workMs: random.logNormal(1_500, 0.4),
      status: 'SUCCESS',
      metadata: { usersProcessed: 1, affinitiesStored: random.int(20, 180) },
    };
    const then: Draft = {
      jobName: 'feed-presort',
      trigger: 'EVENT',
      isByToken: true,
      parameters: { userId },
      queuedAt: queuedAt + 2,
      waitMs: first.waitMs + first.workMs + random.int(3, 30),
      workMs: random.logNormal(420, 0.4),
      status: 'SUCCESS',
      dependsOn: [first],
      metadata: { usersProcessed: 1, itemsStored: random.int(60, 100) },
    };
    return [first, then];
  });

/** The slow job, once a day, and a check of the counters, begun by a person in the morning. */
const byHand = (span: Span, random: Random): Draft[] =>
  moments(span, 1, random).flatMap((at): Draft[] => [
    {
      jobName: 'compatibility',
      trigger: 'MANUAL',
      person: 0,
      queuedAt: at - 3 * HOUR_MS,
      waitMs: random.logNormal(40, 0.5),
      workMs: random.between(9, 24) * MINUTE_MS,
      status: 'SUCCESS',
      metadata: { pairsScored: random.int(240_000, 260_000) },
    },
    {
      jobName: 'stats-reconcile',
      trigger: 'MANUAL',
      person: 1,
      parameters: { dryRun: true },
      queuedAt: at - 2 * HOUR_MS,
      waitMs: random.logNormal(40, 0.5),
      workMs: random.logNormal(1_900, 0.3),
      status: 'SUCCESS',
      metadata: { profilesChecked: 1_000, driftFound: random.int(20, 60), driftRepaired: 0 },
    },
  ]);
