/** One answered question of a person. */
export interface Answer {
  questionId: number;
  /** Where the chosen option stands on the question's trait, -1 to 1. */
  traitValue: number;
  /** 0 not at all to 4 decisive. */
  importance: number;
}

/** What an answer counts by its importance, 0 to 4: each level outweighs several of the one below. */
const IMPORTANCE_WEIGHTS = [0, 1, 10, 50, 250];

/** The answers of all people as rows of a table with one column per question. */
interface AnswerTable {
  columns: number;
  /** NaN where one of them has not answered. */
  values: Float64Array;
  weights: Float64Array;
}

/** Lays out the answers of each person; row n is person n. */
export function answerTable(people: readonly Answer[][]): AnswerTable {
  const questions = [...new Set(people.flatMap((answers) => answers.map((answer) => answer.questionId)))];
  const columnOf = new Map(questions.sort((a, b) => a - b).map((id, column) => [id, column]));
  const columns = questions.length;
  const values = new Float64Array(people.length * columns).fill(Number.NaN);
  const weights = new Float64Array(people.length * columns);
  people.forEach((answers, row) => {
    for (const { questionId, traitValue, importance } of answers) {
      const cell = row * columns + (columnOf.get(questionId) ?? 0);
      values[cell] = traitValue;
      weights[cell] = IMPORTANCE_WEIGHTS[importance] ?? 0;
    }
  });
  return { columns, values, weights };
}

export interface Agreement {
  score: number;
  satisfactionA: number;
  satisfactionB: number;
  commonAnswers: number;
  margin: number;
}

/**
 * How well the people of two rows go together, or undefined with fewer than `minCommon` common answers.
 *
 * Two answers agree by 1 less half their distance on the trait. A's satisfaction is the mean agreement
 * weighted by what the questions mean to A; a user to whom none of them matters is satisfied by anything.
 * The score is the geometric mean of both satisfactions less the margin, 1 / common answers, and not below 0.
 */
export function agreement(table: AnswerTable, a: number, b: number, minCommon: number): Agreement | undefined {
  const { columns, values, weights } = table;
  let commonAnswers = 0;
  let [totalA, totalB, agreedA, agreedB] = [0, 0, 0, 0];
  // The innermost loop of the job, run for every question of every pair: hence plain arithmetic on typed arrays.
  for (let column = 0; column < columns; column += 1) {
    const distance = Math.abs((values[a * columns + column] as number) - (values[b * columns + column] as number));
    if (Number.isNaN(distance)) continue;
    const weightA = weights[a * columns + column] as number;
    const weightB = weights[b * columns + column] as number;
    const agreed = 1 - distance / 2;
    commonAnswers += 1;
    totalA += weightA;
    totalB += weightB;
    agreedA += weightA * agreed;
    agreedB += weightB * agreed;
  }
  if (commonAnswers < minCommon) return undefined;
  const satisfactionA = totalA === 0 ? 1 : agreedA / totalA;
  const satisfactionB = totalB === 0 ? 1 : agreedB / totalB;
  const margin = 1 / commonAnswers;
  const score = Math.max(0, Math.sqrt(satisfactionA * satisfactionB) - margin);
  return { score, satisfactionA, satisfactionB, commonAnswers, margin };
}
