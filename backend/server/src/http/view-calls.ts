import type { AuditPerson } from '@job-manager/engine/store/audit';
import {
  addView,
  changeView,
  findView,
  listViews,
  MAX_VIEWS,
  removeView,
  type ViewRow,
} from '@job-manager/engine/store/views';
import { contract } from '@job-manager/shared/contract/index';
import type { SavedView } from '@job-manager/shared/contract/views';
import { implement } from '@orpc/server';
import { auditPersonOf, type CallContext, callerOf, type HttpDeps } from './context.js';
import type { Gate } from './policy.js';
import { HttpProblem } from './problem.js';
import { explainTakenName } from './taken-name.js';

const os = implement(contract.views).$context<CallContext>();

/** Filters of lists that people keep under a name. */
export function createViewCalls({ pool }: HttpDeps, gate: Gate) {
  const present = ({ ownerId, updatedAt, ...view }: ViewRow, userId: number | null): SavedView => ({
    ...view,
    isMine: ownerId === userId,
    updatedAt: updatedAt.toISOString(),
  });
  /** What a person may change: their own, and with the permission shared ones. */
  const findOwn = async (viewId: string, context: CallContext): Promise<ViewRow> => {
    const row = await findView(pool, viewId, ownerOf(context).actorId);
    if (!row) throw new HttpProblem('NOT_FOUND', 'There is no such view.');
    if (row.isShared) await gate(context.req, 'managePresets');
    return row;
  };

  return os.router({
    list: os.list.handler(async ({ input, context }) => {
      const userId = callerOf(context).user?.id ?? null;
      const rows = await listViews(pool, userId, input.page ?? null);
      return { views: rows.map((row) => present(row, userId)) };
    }),

    create: os.create.handler(async ({ input, context }) => {
      const owner = ownerOf(context);
      if (input.isShared) await gate(context.req, 'managePresets');
      const row = await addView(pool, input, owner).catch(explainTaken);
      if (!row) throw new HttpProblem('NOT_ALLOWED', `The list has ${MAX_VIEWS} views already; remove some first.`);
      return { view: present(row, owner.actorId) };
    }),

    change: os.change.handler(async ({ input: { viewId: id, rev, ...given }, context }) => {
      const person = ownerOf(context);
      const before = await findOwn(id, context);
      if (given.isShared && !before.isShared) await gate(context.req, 'managePresets');
      const row = await changeView(pool, { id, rev }, given, person).catch(explainTaken);
      if (row) return { view: present(row, person.actorId) };
      const current = present(await findOwn(id, context), person.actorId);
      throw new HttpProblem('CHANGED', 'The view was changed meanwhile; nothing of this change was kept.', { current });
    }),

    remove: os.remove.handler(async ({ input, context }) => {
      const { id } = await findOwn(input.viewId, context);
      await removeView(pool, id, ownerOf(context));
      return { removed: true as const };
    }),
  });
}

function ownerOf(context: CallContext): AuditPerson & { actorId: number } {
  const { user } = callerOf(context);
  if (user === null) throw new HttpProblem('NOT_ALLOWED', 'Views belong to people; API tokens have none.');
  return { ...auditPersonOf(context), actorId: user.id };
}

const explainTaken = explainTakenName('view of this list');
