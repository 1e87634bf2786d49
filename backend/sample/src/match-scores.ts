import { defineJob, type JobContext } from '@job-manager/engine/queue/job';
import * as z from 'zod';
import {
  batchSizeParameter,
  grouped,
  inBatches,
  inStep,
  pauseMsParameter,
  type ReportPart,
  userIdParameter,
  userIds,
} from './batches.js';
import { BestOf } from './best-of.js';
import { loadCompatibility, loadPeople } from './match-people.js';
import { type MatchParts, matchParts, matchScore, type Person } from './match-scoring.js';
import { profileIds } from './profiles.js';

const ALGORITHM_VERSION = '1.0.0';

const parameters = z.strictObject({
  userId: userIdParameter,
  batchSize: batchSizeParameter('users', 100),
  candidateBatchSize: batchSizeParameter('candidates', 500),
  topN: z.number().int().min(1).max(1000).default(50).describe('How many candidates are kept for each user.'),
  pauseMs: pauseMsParameter,
});
type MatchParameters = z.output<typeof parameters>;

/** match-scoring.ts has the scores of each pair. `averageScoreTimeMs` is per user, reading and writing included. */
export const matchScoresJob = defineJob({
  name: 'match-scores',
  description:
    'Compute match scores between users: traits, interests, compatibility, distance, age and activity. Keeps the top candidates of each user.',
  examples: [
    'tsx scripts/runJobs.ts match-scores --userId=8 --batchSize=100 --candidateBatchSize=500',
    'tsx scripts/runJobs.ts match-scores',
    'tsx scripts/runJobs.ts match-scores --topN=20 --pauseMs=200',
  ],
  algorithmVersion: ALGORITHM_VERSION,
  parameters,
  defaultParams: { batchSize: 100, candidateBatchSize: 500, topN: 50, pauseMs: 50 },
  presets: {
    'one user': { userId: 8 },
    'small and quick': { batchSize: 50, candidateBatchSize: 200, topN: 10, pauseMs: 0 },
  },
  summary: ({ scoresCalculated, usersProcessed }) =>
    `${grouped(Number(scoresCalculated))} scores of ${grouped(Number(usersProcessed))} users`,
  async run(ctx, params) {
    ctx.pipeline([
      { id: 'users', label: 'Loading users' },
      { id: 'candidates', label: 'Loading candidates' },
      { id: 'score', label: 'Scoring users', weight: 98 },
    ]);
    const users = await inStep(ctx, 'users', () => usersToScore(ctx, params.userId));
    const candidates = await inStep(ctx, 'candidates', () => profileIds(ctx));
    ctx.log.info(`Scoring ${grouped(users.length)} users against ${grouped(candidates.length)} candidates`);
    const counts = { usersProcessed: 0, scoresCalculated: 0, averageScoreTimeMs: 0 };
    let spentMs = 0;
    const plan = { ...params, step: 'score', done: 'Scored', items: 'users' };
    await inBatches(ctx, users, plan, async (batch, report) => {
      const begun = performance.now();
      const scoring = await scoreBatch(ctx, batch, candidates, params, report);
      spentMs += performance.now() - begun;
      counts.usersProcessed += scoring.people;
      counts.scoresCalculated += scoring.scores;
      counts.averageScoreTimeMs = Math.round((100 * spentMs) / Math.max(1, counts.usersProcessed)) / 100;
      ctx.setMetadata(counts);
    });
    return counts;
  },
});

/** Users without a profile are among them, for rows from the time when they had one. */
async function usersToScore(ctx: JobContext, userId?: number): Promise<number[]> {
  const users = await userIds(ctx, userId);
  if (userId !== undefined) await profileIds(ctx, userId);
  return users;
}

interface Match extends MatchParts {
  userId: number;
  candidateId: number;
  score: number;
}

/** Scores all candidates for these users, a block at a time, and replaces the users' rows. */
async function scoreBatch(
  ctx: JobContext,
  users: number[],
  candidates: number[],
  { candidateBatchSize, topN }: MatchParameters,
  report: ReportPart,
): Promise<{ people: number; scores: number }> {
  const compatibility = await loadCompatibility(ctx, users);
  const people = (await loadPeople(ctx, users)).map((person) => ({ person, best: new BestOf<Match>(topN, byScore) }));
  let scores = 0;
  for (let start = 0; start < candidates.length; start += candidateBatchSize) {
    await ctx.checkCancellation();
    const block = await loadPeople(ctx, candidates.slice(start, start + candidateBatchSize));
    for (const { person, best } of people) {
      scores += scoreBlock(person, block, compatibility.get(person.id), best);
    }
    report(Math.min(1, (start + candidateBatchSize) / candidates.length));
  }
  await replaceMatches(
    ctx,
    users,
    people.flatMap(({ best }) => best.ranked().map((match, index) => ({ ...match, rank: index + 1 }))),
  );
  return { people: people.length, scores };
}

function scoreBlock(
  user: Person,
  block: Person[],
  compatibility: Map<number, number> | undefined,
  best: BestOf<Match>,
): number {
  let scores = 0;
  for (const candidate of block) {
    if (candidate.id === user.id) continue;
    const parts = matchParts(user, candidate, compatibility?.get(candidate.id));
    best.offer({ userId: user.id, candidateId: candidate.id, score: matchScore(parts), ...parts });
    scores += 1;
  }
  return scores;
}

const byScore = (a: Match, b: Match) => b.score - a.score || a.candidateId - b.candidateId;

/** Who was deleted in the meantime is left out. */
async function replaceMatches(ctx: JobContext, users: number[], matches: (Match & { rank: number })[]): Promise<void> {
  await ctx.services.db.$executeRaw`
    WITH fresh AS MATERIALIZED (
      SELECT f.* FROM json_to_recordset(${JSON.stringify(matches)}::json) AS f("userId" int, "candidateId" int,
          rank int, score float8, "traitScore" float8, "interestScore" float8, "compatibilityScore" float8,
          "distanceScore" float8, "ageScore" float8, "activityScore" float8)
        JOIN "User" u ON u.id = f."userId" JOIN "User" c ON c.id = f."candidateId"
    ), stale AS (
      DELETE FROM "MatchScore" m WHERE m."userId" = ANY (${users}::int[])
        AND NOT EXISTS (SELECT FROM fresh f WHERE f."userId" = m."userId" AND f."candidateId" = m."candidateId")
    )
    INSERT INTO "MatchScore" ("userId", "candidateId", rank, score, "traitScore", "interestScore", "compatibilityScore",
      "distanceScore", "ageScore", "activityScore", "algorithmVersion", "computedAt")
    SELECT "userId", "candidateId", rank, score, "traitScore", "interestScore", "compatibilityScore", "distanceScore",
      "ageScore", "activityScore", ${ALGORITHM_VERSION}, ${ctx.startedAt.toISOString()}::timestamptz
    FROM fresh ORDER BY "userId", "candidateId"
    ON CONFLICT ("userId", "candidateId") DO UPDATE SET rank = excluded.rank, score = excluded.score,
      "traitScore" = excluded."traitScore", "interestScore" = excluded."interestScore",
      "compatibilityScore" = excluded."compatibilityScore", "distanceScore" = excluded."distanceScore",
      "ageScore" = excluded."ageScore", "activityScore" = excluded."activityScore",
      "algorithmVersion" = excluded."algorithmVersion", "computedAt" = excluded."computedAt"`;
}
