import { HttpProblem } from './problem.js';

/** Scaffolding of a call that is being written. */
export function notYet(): never {
  throw new HttpProblem('UNAVAILABLE', 'This call is being written.');
}
