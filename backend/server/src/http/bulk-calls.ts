import { collectRecentCauses } from '@job-manager/engine/queue/maintenance/causes';
import { createRedaction } from '@job-manager/engine/queue/redaction';
import { type BulkRow, listBulk, readBulk } from '@job-manager/engine/store/bulk';
import { type RunSummaryRow, selectSummary } from '@job-manager/engine/store/run-row';
import type { BulkAction } from '@job-manager/shared/contract/bulk';
import { contract } from '@job-manager/shared/contract/index';
import type { Permission } from '@job-manager/shared/permissions';
import { implement } from '@orpc/server';
import { presentBulk, presentBulkPreview } from '../present/bulk.js';
import { actorOf, type CallContext, callerOf, type HttpDeps } from './context.js';
import { refuseSecretParameter } from './history-page.js';
import type { Gate } from './policy.js';
import { hasCodeIn, presentQueuedRuns } from './present-queued.js';
import { HttpProblem } from './problem.js';

const os = implement(contract.bulk).$context<CallContext>();

/** What each action needs besides `bulk`, as it does for one run. */
const neededBy = {
  cancel: ['cancel'],
  rerun: ['run', 'retry'],
  reschedule: ['run'],
  purge: ['purge'],
  forceFail: ['forceFail'],
} as const satisfies Record<BulkAction, readonly [Permission, ...Permission[]]>;

/** Acts on many runs. */
export function createBulkCalls(
  { pool, queue, registry, config }: Pick<HttpDeps, 'pool' | 'queue' | 'registry' | 'config'>,
  gate: Gate,
) {
  const redaction = createRedaction(config.JOBS_REDACT_KEYS);
  const hasCode = hasCodeIn(registry);
  const gateFor = ({ req }: CallContext, action: BulkAction) => {
    const [first, ...others] = neededBy[action];
    return gate(req, first, others);
  };
  const known = async (row: BulkRow | null | Promise<BulkRow | null>): Promise<BulkRow> => {
    const operation = await row;
    if (operation === null) throw new HttpProblem('NOT_FOUND', 'There is no such operation.');
    return operation;
  };
  const readFirst = async (ids: string[]) => {
    const text = `${selectSummary('"JobRun"')} WHERE r.id = ANY($1::bigint[]) ORDER BY r.id`;
    return presentQueuedRuns(pool, (await pool.query<RunSummaryRow>(text, [ids])).rows, hasCode);
  };

  return os.router({
    preview: os.preview.handler(async ({ input, context }) => {
      await gateFor(context, input.action);
      refuseSecretParameter(input.filter ?? {}, redaction, 'filter.param');
      if (input.filter?.cause !== undefined) await collectRecentCauses(pool);
      const trigger = callerOf(context).via === 'bearer' ? ('API' as const) : ('MANUAL' as const);
      const preview = await queue.bulk.preview(input, { ...actorOf(context), trigger });
      return presentBulkPreview(input, preview, await readFirst(preview.first));
    }),

    begin: os.begin.handler(async ({ input: { token, reason }, context }) => {
      const actor = actorOf(context);
      const action = await queue.bulk.actionOf(token, actor);
      if (action !== null) await gateFor(context, action);
      const operation = action && (await queue.bulk.begin(token, actor, reason));
      if (!operation) throw new HttpProblem('NOT_FOUND', 'There is no such preview, or it is older than 15 minutes.');
      return { operation: presentBulk(operation) };
    }),

    list: os.list.handler(async ({ input }) => ({ operations: (await listBulk(pool, input.state)).map(presentBulk) })),

    get: os.get.handler(async ({ input }) => ({
      operation: presentBulk(await known(readBulk(pool, input.operationId))),
    })),

    abort: os.abort.handler(async ({ input: { operationId }, context }) => {
      const { action } = await known(readBulk(pool, operationId));
      await gateFor(context, action);
      return { operation: presentBulk(await known(queue.bulk.abort(operationId, actorOf(context)))) };
    }),
  });
}
