import { HttpProblem } from './problem.js';

/** Answers for a call that is agreed on and not built. */
export function notYet(): never {
  throw new HttpProblem('NOT_FOUND', 'This call is not available yet.');
}
