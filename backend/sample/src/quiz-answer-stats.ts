import { defineJob, type JobContext } from '@job-manager/engine/queue/job';
import * as z from 'zod';
import { inBatches, inStep } from './batches.js';

const ALGORITHM_VERSION = '1.0.0';

interface Counted {
  answered: number;
  skipped: number;
}

export const quizAnswerStatsJob = defineJob({
  name: 'quiz-answer-stats',
  description:
    'Summarises how each quiz question is answered: distribution, entropy, skip rate and mean answering time.',
  examples: [
    'tsx scripts/runJobs.ts quiz-answer-stats',
    'tsx scripts/runJobs.ts quiz-answer-stats --quizId=1 --batchSize=20',
  ],
  algorithmVersion: ALGORITHM_VERSION,
  parameters: z.strictObject({
    quizId: z.number().int().min(1).max(2_147_483_647).optional().describe('Only the questions of this quiz'),
    batchSize: z.number().int().min(1).max(1_000).default(50).describe('Questions per batch'),
    pauseMs: z.number().int().min(0).max(60_000).default(20).describe('Pause between batches, in milliseconds'),
  }),
  defaultParams: { batchSize: 50, pauseMs: 20 },
  async run(ctx, { quizId, batchSize, pauseMs }) {
    ctx.pipeline([
      { id: 'load', label: 'Loading questions' },
      { id: 'summarise', label: 'Summarising answers', weight: 19 },
    ]);
    const questions = await inStep(ctx, 'load', () => questionIds(ctx, quizId));
    const counts = { questionsProcessed: 0, answersCounted: 0, skipsCounted: 0 };
    const plan = { step: 'summarise', batchSize, pauseMs, done: 'Summarised', items: 'questions' };
    await inBatches(ctx, questions, plan, async (batch) => {
      for (const { answered, skipped } of await summarise(ctx, batch)) {
        counts.questionsProcessed += 1;
        counts.answersCounted += answered;
        counts.skipsCounted += skipped;
      }
      ctx.setMetadata(counts);
    });
    return counts;
  },
});

async function questionIds({ services: { db }, fail }: JobContext, quizId?: number): Promise<number[]> {
  if (quizId !== undefined && !(await db.quiz.findUnique({ where: { id: quizId } }))) {
    fail(`There is no quiz with the id ${quizId}.`, { retry: false });
  }
  const questions = await db.quizQuestion.findMany({ where: { quizId }, select: { id: true }, orderBy: { id: 'asc' } });
  return questions.map((question) => question.id);
}

/**
 * Skipped questions count for the skip rate alone: entropy and answering time are about those who answered.
 * Options that were never chosen stand in the distribution with 0. The ordered sum keeps the last digit the same in
 * every run.
 */
function summarise(ctx: JobContext, ids: number[]): Promise<Counted[]> {
  return ctx.services.db.$queryRaw<Counted[]>`
    WITH answers AS (
      SELECT "questionId", "optionId", count(*)::int AS n, sum("answerMs") AS ms
      FROM "QuizAnswer" WHERE "questionId" = ANY(${ids}::int[])
      GROUP BY "questionId", "optionId"
    ), totals AS (
      SELECT q.id AS "questionId",
        coalesce(sum(a.n) FILTER (WHERE a."optionId" IS NOT NULL), 0)::int AS answered,
        coalesce(sum(a.n) FILTER (WHERE a."optionId" IS NULL), 0)::int AS skipped,
        coalesce(sum(a.ms) FILTER (WHERE a."optionId" IS NOT NULL), 0)::float8 AS ms
      FROM "QuizQuestion" q LEFT JOIN answers a ON a."questionId" = q.id
      WHERE q.id = ANY(${ids}::int[])
      GROUP BY q.id
    ), choices AS (
      SELECT "questionId", id AS "optionId" FROM "QuizOption" WHERE "questionId" = ANY(${ids}::int[])
      UNION
      SELECT "questionId", "optionId" FROM answers WHERE "optionId" IS NOT NULL
    ), shares AS (
      SELECT c."questionId", c."optionId", coalesce(a.n, 0) AS n, a.n / nullif(t.answered, 0)::float8 AS share
      FROM choices c
      JOIN totals t ON t."questionId" = c."questionId"
      LEFT JOIN answers a ON a."questionId" = c."questionId" AND a."optionId" = c."optionId"
    ), spread AS (
      SELECT "questionId",
        jsonb_object_agg("optionId"::text, n) AS distribution,
        sum(share * ln(share) / ln(2::float8) ORDER BY "optionId") FILTER (WHERE share > 0) AS entropy
      FROM shares GROUP BY "questionId"
    )
    INSERT INTO "QuizQuestionStats" ("questionId", answered, skipped, "skipRate", entropy, "meanAnswerMs",
      distribution, "algorithmVersion", "computedAt")
    SELECT t."questionId", t.answered, t.skipped,
      coalesce(t.skipped / nullif(t.answered + t.skipped, 0)::float8, 0),
      abs(coalesce(s.entropy, 0)),
      coalesce(t.ms / nullif(t.answered, 0), 0),
      coalesce(s.distribution, '{}'::jsonb), ${ALGORITHM_VERSION}, ${ctx.startedAt}::timestamptz
    FROM totals t LEFT JOIN spread s ON s."questionId" = t."questionId"
    ORDER BY t."questionId"
    ON CONFLICT ("questionId") DO UPDATE SET answered = EXCLUDED.answered, skipped = EXCLUDED.skipped,
      "skipRate" = EXCLUDED."skipRate", entropy = EXCLUDED.entropy, "meanAnswerMs" = EXCLUDED."meanAnswerMs",
      distribution = EXCLUDED.distribution, "algorithmVersion" = EXCLUDED."algorithmVersion",
      "computedAt" = EXCLUDED."computedAt"
    RETURNING answered, skipped`;
}
