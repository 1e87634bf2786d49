import { HttpProblem } from './problem.js';

/** Explains that a name is taken; throws every other error as it is. */
export const explainTakenName =
  (noun: string) =>
  (error: unknown): never => {
    if ((error as { code?: unknown } | null)?.code !== '23505') throw error;
    const message = `is taken by another ${noun}`;
    throw new HttpProblem('NAME_TAKEN', `name: ${message}`, { field: 'name', issues: [{ path: 'name', message }] });
  };
