import type { Trait } from '@job-manager/sample/traits';
import { QUIZZES } from './quiz-catalogue.js';

export interface QuizRow {
  id: number;
  slug: string;
  title: string;
}

export interface QuizQuestionRow {
  id: number;
  quizId: number;
  position: number;
  text: string;
  trait: Trait;
  weight: number;
}

export interface QuizOptionRow {
  id: number;
  questionId: number;
  position: number;
  text: string;
  traitValue: number;
}

export interface Quizzes {
  quizzes: QuizRow[];
  questions: QuizQuestionRow[];
  options: QuizOptionRow[];
}

/** The quizzes of the catalogue as rows, numbered from 1. */
export function createQuizzes(): Quizzes {
  const quizzes: QuizRow[] = [];
  const questions: QuizQuestionRow[] = [];
  const options: QuizOptionRow[] = [];
  for (const quiz of QUIZZES) {
    const quizId = quizzes.push({ id: quizzes.length + 1, slug: quiz.slug, title: quiz.title });
    quiz.questions.forEach(({ choices, ...question }, index) => {
      const questionId = questions.push({ id: questions.length + 1, quizId, position: index + 1, ...question });
      choices.forEach(([text, traitValue], place) => {
        options.push({ id: options.length + 1, questionId, position: place + 1, text, traitValue });
      });
    });
  }
  return { quizzes, questions, options };
}
