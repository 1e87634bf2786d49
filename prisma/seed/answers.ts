import type { Person } from './people.js';
import type { QuizOptionRow, QuizQuestionRow, Quizzes } from './quizzes.js';
import { Random } from './random.js';
import { MINUTE_MS } from './time.js';
import { Weighted } from './weighted.js';

export interface QuizAnswerRow {
  userId: number;
  questionId: number;
  /** Null for a skipped question. */
  optionId: number | null;
  importance: number;
  answerMs: number;
  answeredAt: number;
}

/** How people in general take a question; what makes its answers skewed. */
interface Habit {
  question: QuizQuestionRow;
  options: QuizOptionRow[];
  /** How often each option is chosen whatever one is like. */
  appeal: Map<QuizOptionRow, number>;
  skipRate: number;
  medianMs: number;
  importances: Weighted<number>;
}

const READING_MS_PER_CHARACTER = 55;
/** Lets the first quiz be taken by nearly all, the last by fewer than half. */
const LOST_PER_QUIZ = 0.085;

/** Answers as people give them: most quizzes begun, some broken off, some questions skipped. */
export function createAnswers(people: readonly Person[], quizzes: Quizzes, seed: number): QuizAnswerRow[] {
  const random = new Random(seed, 'answers');
  const habits = quizzes.questions.map((question) => habitOf(question, quizzes.options, random));
  return people.flatMap((person) => {
    const skipping = random.logNormal(1, 0.7);
    return quizzes.quizzes.flatMap((quiz, place) => {
      if (random.chance(0.06 + place * LOST_PER_QUIZ)) return [];
      const questions = habits.filter((habit) => habit.question.quizId === quiz.id);
      const reached = random.chance(0.85) ? questions.length : random.int(1, questions.length);
      return takeQuiz(person, questions.slice(0, reached), skipping, random);
    });
  });
}

function habitOf(question: QuizQuestionRow, all: readonly QuizOptionRow[], random: Random): Habit {
  const options = all.filter((option) => option.questionId === question.id);
  const characters = question.text.length + options.reduce((sum, option) => sum + option.text.length, 0);
  const caring = random.between(0.8, 3.2);
  return {
    question,
    options,
    appeal: new Map(options.map((option) => [option, random.logNormal(1, 0.8)])),
    // One question in eight is one that people would rather not answer.
    skipRate: random.chance(1 / 8) ? random.between(0.2, 0.4) : random.between(0.01, 0.09),
    medianMs: 1_500 + characters * READING_MS_PER_CHARACTER,
    importances: new Weighted([0, 1, 2, 3, 4], (level) => Math.exp(-((level - caring) ** 2) / 1.6)),
  };
}

function takeQuiz(person: Person, habits: readonly Habit[], skipping: number, random: Random): QuizAnswerRow[] {
  let moment = random.between(person.joinedAt, Math.max(person.joinedAt, person.lastActiveAt - 10 * MINUTE_MS));
  return habits.map((habit) => {
    const isSkipped = random.chance(Math.min(0.9, habit.skipRate * skipping));
    const answerMs = timeTaken(habit, isSkipped, random);
    moment += answerMs;
    return {
      userId: person.id,
      questionId: habit.question.id,
      optionId: isSkipped ? null : choose(habit, person, random).id,
      importance: isSkipped ? 0 : habit.importances.pick(random),
      answerMs,
      answeredAt: Math.min(Math.floor(moment), person.lastActiveAt),
    };
  });
}

/** An answer near to what the person is like, drawn away from it by what most people say. */
function choose(habit: Habit, person: Person, random: Random): QuizOptionRow {
  const own = person.traits[habit.question.trait];
  const closeness = (option: QuizOptionRow) => Math.exp(-((option.traitValue - own) ** 2) / 0.5);
  return new Weighted(habit.options, (option) => closeness(option) * (habit.appeal.get(option) ?? 1)).pick(random);
}

/** One in fifty leaves the page open over lunch. */
function timeTaken(habit: Habit, isSkipped: boolean, random: Random): number {
  if (random.chance(0.02)) return Math.round(random.between(2, 9) * MINUTE_MS);
  return Math.round(random.logNormal(isSkipped ? habit.medianMs / 3 : habit.medianMs, 0.45));
}
