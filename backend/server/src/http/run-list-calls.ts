import { unknownRun } from '@job-manager/engine/queue/errors';
import { collectRecentCauses } from '@job-manager/engine/queue/maintenance/causes';
import { createRedaction } from '@job-manager/engine/queue/redaction';
import { readAdjacentRuns } from '@job-manager/engine/store/adjacent-runs';
import { readAuditOfRun } from '@job-manager/engine/store/audit-log';
import { readCauseOf } from '@job-manager/engine/store/history-of-cause';
import { lookUp } from '@job-manager/engine/store/lookup';
import { readSystemMessages } from '@job-manager/engine/store/messages';
import { readOperationCounts } from '@job-manager/engine/store/operation-counts';
import { readUpcoming } from '@job-manager/engine/store/queue-now';
import { readGraph } from '@job-manager/engine/store/run-graph';
import type { RunSummaryRow } from '@job-manager/engine/store/run-row';
import { readClock } from '@job-manager/engine/store/schedules';
import { contract } from '@job-manager/shared/contract/index';
import type { JobRunStatus } from '@job-manager/shared/run';
import { implement } from '@orpc/server';
import { presentGraph } from '../present/graph.js';
import { presentHits } from '../present/lookup.js';
import { presentMessage } from '../present/message.js';
import { presentSummary } from '../present/run.js';
import { hideSecrets } from '../present/secrets.js';
import { presentUpcoming } from '../present/upcoming.js';
import { presentEvent } from './audit-calls.js';
import { createAutomaticCleanUp } from './automatic-clean-up.js';
import { createBadges } from './badges.js';
import { type CallContext, callerOf, type HttpDeps } from './context.js';
import { hasCodeIn, presentQueuedRuns } from './present-queued.js';
import { readQueuePage } from './queue-page.js';
import type { Snapshots } from './snapshots.js';

const os = implement(contract.runLists).$context<CallContext>();

/** Entries of either kind that the activity of a run shows. */
const ACTIVITY_SHOWN = 500;

/** What lists, the search and a run's page read beside the run itself. */
export function createRunListCalls(deps: HttpDeps, { snapshots }: { snapshots: () => Promise<Snapshots> }) {
  const { pool, queuePool, registry, config } = deps;
  const hasCode = hasCodeIn(registry);
  const redaction = createRedaction(config.JOBS_REDACT_KEYS);
  const badges = createBadges(deps);
  const automatic = createAutomaticCleanUp(deps);
  const statusOf = async (jobRunId: string): Promise<JobRunStatus> => {
    const { rows } = await pool.query<{ status: JobRunStatus }>('SELECT status FROM "JobRun" WHERE id = $1', [
      jobRunId,
    ]);
    const [run] = rows;
    if (!run) throw unknownRun(jobRunId);
    return run.status;
  };

  return os.router({
    lookup: os.lookup.handler(async ({ input: { q } }) => ({ hits: presentHits(q, await lookUp(pool, q)) })),

    queue: os.queue.handler(async ({ input }) => {
      const asOf = (await readClock(pool)).toISOString();
      const { runs, cursor } = await readQueuePage(queuePool, input);
      return { runs: await presentQueuedRuns(pool, runs, hasCode), cursor, asOf };
    }),

    badges: os.badges.handler(async ({ context }) => {
      const { newErrorKinds, ...rest } = await badges();
      const seesErrors = callerOf(context).permissions.includes('viewErrors');
      return { ...rest, newErrorKinds: seesErrors ? newErrorKinds : null };
    }),

    upcoming: os.upcoming.handler(async ({ input: { limit } }) => ({
      upcoming: (await readUpcoming(queuePool, limit)).map(presentUpcoming),
      asOf: (await readClock(pool)).toISOString(),
    })),

    operations: os.operations.handler(() => readOperationCounts(queuePool, config.JOBS_STALLED_AFTER_MS)),

    automatic: os.automatic.handler(automatic),

    snapshots: os.snapshots.handler(() => snapshots()),

    neighbours: os.neighbours.handler(async ({ input: { jobRunId } }) => {
      if ((await statusOf(jobRunId)) === 'FAILED') await collectRecentCauses(pool);
      const [{ usual, usualUse, ...runs }, alike] = await Promise.all([
        readAdjacentRuns(pool, jobRunId),
        readCauseOf(pool, jobRunId),
      ]);
      const present = (row: RunSummaryRow | null) => row && presentSummary(row);
      return {
        previous: present(runs.previous),
        next: present(runs.next),
        lastSuccess: present(runs.lastSuccess),
        lastFailure: present(runs.lastFailure),
        ...{ usual, usualUse, alike },
      };
    }),

    graph: os.graph.handler(async ({ input: { jobRunId } }) => {
      await statusOf(jobRunId);
      return presentGraph(await readGraph(pool, jobRunId));
    }),

    activity: os.activity.handler(async ({ input: { jobRunId } }) => {
      await statusOf(jobRunId);
      // One more than is shown reveals whether there are more.
      const [events, messages] = await Promise.all([
        readAuditOfRun(pool, jobRunId, ACTIVITY_SHOWN + 1),
        readSystemMessages(pool, jobRunId, ACTIVITY_SHOWN + 1),
      ]);
      const audited = events.slice(0, ACTIVITY_SHOWN).map((row) => {
        const event = presentEvent({ ...row, details: hideSecrets(row.details, redaction) });
        return { kind: 'audit' as const, at: event.at, event };
      });
      const written = messages.slice(0, ACTIVITY_SHOWN).map((row) => {
        const message = presentMessage(row);
        return { kind: 'message' as const, at: message.at, message };
      });
      const entries = [...audited, ...written].sort((a, b) => a.at.localeCompare(b.at));
      return { entries, isCut: Math.max(events.length, messages.length) > ACTIVITY_SHOWN };
    }),
  });
}
