import { ChangedMeanwhile } from '@job-manager/engine/queue/errors';
import { type CallContext, callerOf } from './context.js';
import { HttpProblem } from './problem.js';

/**
 * Makes a change; where it is refused because another one came in between, the problem has what there is now as
 * `current`, for those who may see it.
 */
export async function withCurrent<Row, Answer>(
  context: CallContext,
  present: (row: Row) => unknown,
  change: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await change();
  } catch (error) {
    if (!(error instanceof ChangedMeanwhile)) throw error;
    const current = callerOf(context).permissions.includes('view') ? present(error.current as Row) : undefined;
    throw new HttpProblem('CHANGED', error.message, { current });
  }
}
