import type { Sql } from '../../store/sql.js';
import { forceFailChosen, requestForceFailChosen } from '../transitions/force-fail.js';
import type { Step, StepOutcome } from './outcome.js';

/** A timer may be early by the database's clock. */
const TIMER_SLACK_MS = 50;

/**
 * Fails those of these runs that run on although they were requested to stop long enough ago, and requests the others
 * to stop, in the transaction of `sql`. Those that run on after their grace period are failed then, or by the sweep.
 */
export async function forceFailRuns(sql: Sql, { runIds, request, actor }: Step): Promise<StepOutcome> {
  const { graceMs = 0, reason = null } = request;
  const wanted = { reason, graceMs };
  const failed = await forceFailChosen(sql, { runIds, ...wanted }, actor);
  const requested = await requestForceFailChosen(sql, { runIds, ...wanted }, actor);
  if (graceMs === 0) failed.push(...(await forceFailChosen(sql, { runIds: requested, ...wanted }, actor)));
  const done = graceMs === 0 ? failed.length : failed.length + requested.length;
  return {
    done,
    problems: done < runIds.length ? { 'ended meanwhile': runIds.length - done } : {},
    announce: (notifier) => {
      for (const id of requested) notifier.cancelRequested(id);
      notifier.revoked(failed);
    },
    ...(graceMs > 0 &&
      requested.length > 0 && {
        later: {
          afterMs: graceMs + TIMER_SLACK_MS,
          act: async (then, notifier) =>
            notifier.revoked(await forceFailChosen(then, { runIds: requested, ...wanted }, actor)),
        },
      }),
  };
}
