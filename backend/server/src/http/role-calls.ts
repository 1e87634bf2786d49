import {
  addRole,
  changeAccessRole,
  findRole,
  listRoles,
  MAX_ROLES,
  type RoleRow,
  removeRole,
} from '@job-manager/engine/store/access-roles';
import { contract } from '@job-manager/shared/contract/index';
import type { AccessRole } from '@job-manager/shared/contract/roles';
import { implement } from '@orpc/server';
import { auditPersonOf, type CallContext, type HttpDeps } from './context.js';
import { HttpProblem } from './problem.js';
import { explainTakenName } from './taken-name.js';

const os = implement(contract.roles).$context<CallContext>();

/** Roles of the installation's own: given to people here, or named for them by the application that embeds us. */
export function createRoleCalls({ pool }: Pick<HttpDeps, 'pool'>) {
  return os.router({
    list: os.list.handler(async () => ({ roles: (await listRoles(pool)).map(present) })),

    create: os.create.handler(async ({ input, context }) => {
      const row = await addRole(pool, input, auditPersonOf(context)).catch(explainTaken);
      if (!row) throw new HttpProblem('NOT_ALLOWED', `There are ${MAX_ROLES} roles already; remove some first.`);
      return { role: present(row) };
    }),

    change: os.change.handler(async ({ input: { roleId, ...given }, context }) => {
      const row = await changeAccessRole(pool, roleId, given, auditPersonOf(context)).catch(explainTaken);
      if (!row) throw UNKNOWN;
      return { role: present(row) };
    }),

    remove: os.remove.handler(async ({ input: { roleId }, context }) => {
      const isRemoved = await removeRole(pool, roleId, auditPersonOf(context)).catch((error: { code?: unknown }) => {
        if (!IN_USE.includes(error.code)) throw error;
        return null;
      });
      if (isRemoved === false) throw UNKNOWN;
      if (isRemoved === null) throw inUse((await findRole(pool, roleId))?.people ?? 0);
      return { removed: true as const };
    }),
  });
}

const present = (row: RoleRow): AccessRole => ({
  ...row,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});

/** What PostgreSQL refuses such a removal with: the first since version 18, the second before. */
const IN_USE: readonly unknown[] = ['23001', '23503'];

const UNKNOWN = new HttpProblem('UNKNOWN_ROLE', 'There is no such role.');
const inUse = (people: number) =>
  new HttpProblem(
    'NOT_ALLOWED',
    `${people} ${people === 1 ? 'person has' : 'people have'} this role; give them another one first.`,
  );
const explainTaken = explainTakenName('role');
