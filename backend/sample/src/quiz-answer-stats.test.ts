import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { quizAnswerStatsJob } from './quiz-answer-stats.js';
import { runJobAlone } from './testing/job-context.js';
import { NOW, seededRandom, TestNetwork, type TestQuestion } from './testing/network.js';
import { createSampleDatabase, type SampleDatabase } from './testing/sample-database.js';

let database: SampleDatabase;
beforeAll(async () => {
  database = await createSampleDatabase();
});
afterAll(() => database.drop());

let network: TestNetwork;
beforeEach(async () => {
  await database.pool.query('TRUNCATE "User", "Quiz" CASCADE');
  network = new TestNetwork(database.db);
});

const run = (parameters = {}, options = {}) =>
  runJobAlone(quizAnswerStatsJob, parameters, { db: database.db, startedAt: NOW, ...options });
const stats = () => database.db.quizQuestionStats.findMany({ orderBy: { questionId: 'asc' } });

/** Six questions with 0 to 5 options, answered at random by twelve members, some skipping. */
async function aQuizAnsweredAtRandom(): Promise<TestQuestion[]> {
  const random = seededRandom(7);
  const specs = [0, 1, 2, 3, 4, 5].map((options) => ({
    trait: 'humor',
    weight: 1,
    values: Array.from({ length: options }, (_, at) => at / 5),
  }));
  const questions = await network.quiz(specs);
  const answers = [];
  for (const userId of await network.members(12)) {
    for (const { id: questionId, options } of questions) {
      const optionId = random() < 0.3 ? null : (options[Math.floor(random() ** 2 * options.length)]?.id ?? null);
      answers.push({
        userId,
        questionId,
        optionId,
        importance: 2,
        answerMs: Math.floor(random() * 30_000),
        answeredAt: NOW,
      });
    }
  }
  await database.db.quizAnswer.createMany({ data: answers });
  return questions;
}

/** The same summary, counted one answer after the other. */
async function countByHand({ id, options }: TestQuestion) {
  const answers = await database.db.quizAnswer.findMany({ where: { questionId: id } });
  const answered = answers.filter((answer) => answer.optionId !== null);
  const chose = (option: number) => answered.filter((answer) => answer.optionId === option).length;
  const shares = options.map((option) => chose(option.id) / answered.length).filter((share) => share > 0);
  return {
    questionId: id,
    answered: answered.length,
    skipped: answers.length - answered.length,
    skipRate: answers.length === 0 ? 0 : (answers.length - answered.length) / answers.length,
    entropy: shares.reduce((sum, share) => sum + share * Math.log2(1 / share), 0),
    meanAnswerMs:
      answered.length === 0 ? 0 : answered.reduce((sum, answer) => sum + answer.answerMs, 0) / answered.length,
    distribution: Object.fromEntries(options.map((option) => [String(option.id), chose(option.id)])),
  };
}

describe('quiz-answer-stats', () => {
  it('equals a count by hand for every question', async () => {
    const questions = await aQuizAnsweredAtRandom();
    await run({ batchSize: 4 });
    const rows = await stats();
    expect(rows).toHaveLength(6);
    for (const [at, question] of questions.entries()) {
      const { entropy, skipRate, meanAnswerMs, ...exact } = await countByHand(question);
      expect(rows[at]).toMatchObject(exact);
      expect(rows[at]?.entropy).toBeCloseTo(entropy, 10);
      expect(rows[at]?.skipRate).toBeCloseTo(skipRate, 10);
      expect(rows[at]?.meanAnswerMs).toBeCloseTo(meanAnswerMs, 6);
    }
  });

  it('finds two bits in four answers of equal weight and none in a single one', async () => {
    const [even, sure] = await network.quiz([
      { trait: 'humor', weight: 1, values: [-1, 0, 0.5, 1] },
      { trait: 'humor', weight: 1, values: [-1, 1] },
    ]);
    if (!even || !sure) throw new Error('two questions were made');
    for (const [at, userId] of (await network.members(4)).entries()) {
      await network.answer(userId, even, at);
      await network.answer(userId, sure, 0);
    }
    await run();
    expect((await stats()).map((row) => row.entropy)).toEqual([2, 0]);
  });

  it('takes the mean over those who answered, not those who skipped', async () => {
    const [question] = await network.quiz([{ trait: 'humor', weight: 1, values: [0] }]);
    const [a, b] = await network.members(2);
    const answer = { questionId: question?.id ?? 0, importance: 1, answeredAt: NOW };
    await database.db.quizAnswer.createMany({
      data: [
        { ...answer, userId: a ?? 0, optionId: question?.options[0]?.id, answerMs: 1000 },
        { ...answer, userId: b ?? 0, optionId: null, answerMs: 9000 },
      ],
    });
    await run();
    expect(await stats()).toMatchObject([{ answered: 1, skipped: 1, skipRate: 0.5, meanAnswerMs: 1000 }]);
  });

  it('gives the same rows when run twice, and with other batches', async () => {
    await aQuizAnsweredAtRandom();
    await run({ batchSize: 50 });
    const first = await stats();
    await run({ batchSize: 1 });
    expect(await stats()).toEqual(first);
  });

  it('follows answers that changed', async () => {
    const [question] = await aQuizAnsweredAtRandom().then((all) => all.slice(3, 4));
    await run();
    await database.db.quizAnswer.deleteMany({ where: { questionId: question?.id } });
    await run();
    const row = await database.db.quizQuestionStats.findUnique({ where: { questionId: question?.id ?? 0 } });
    expect(row).toMatchObject({ answered: 0, skipped: 0, skipRate: 0, entropy: 0, meanAnswerMs: 0 });
  });

  it('stops between batches when cancelled', async () => {
    await aQuizAnsweredAtRandom();
    const controller = new AbortController();
    const onCheck = (checks: number) => checks === 3 && controller.abort();
    await expect(run({ batchSize: 2 }, { signal: controller.signal, onCheck })).rejects.toThrow(/abort/i);
    expect(await stats()).toHaveLength(4);
  });

  it('reports its counts and its progress', async () => {
    await aQuizAnsweredAtRandom();
    const { metadata, progress } = await run({ batchSize: 4 });
    const answers = await database.db.quizAnswer.findMany();
    const skips = answers.filter((answer) => answer.optionId === null).length;
    expect(metadata).toEqual({
      questionsProcessed: 6,
      answersCounted: answers.length - skips,
      skipsCounted: skips,
    });
    expect(progress.at(-1)).toEqual({ fraction: 1, message: 'Summarised 6 of 6 questions' });
  });

  it('summarises one quiz alone on request, and refuses one that is not there', async () => {
    await aQuizAnsweredAtRandom();
    await network.quiz([{ trait: 'humor', weight: 1, values: [0] }]);
    const quiz = await database.db.quiz.findFirstOrThrow({ orderBy: { id: 'desc' } });
    await run({ quizId: quiz.id });
    expect(await stats()).toHaveLength(1);
    await expect(run({ quizId: 999_999 })).rejects.toThrow('There is no quiz with the id 999999.');
  });

  it.each([{ batchSize: 0 }, { batchSize: 1.5 }, { pauseMs: -1 }, { quizId: '1' }, { questions: 1 }])(
    'refuses %j',
    (parameters) => {
      expect(quizAnswerStatsJob.parameters.safeParse(parameters).success).toBe(false);
    },
  );
});
