import { findRole } from '@job-manager/engine/store/access-roles';
import { removeFactor } from '@job-manager/engine/store/second-factors';
import { listTokensOf, revokeTokensOf } from '@job-manager/engine/store/tokens';
import {
  addPerson,
  changeRole,
  disablePerson,
  enablePerson,
  findPerson,
  listPeople,
  type PersonRow,
  resetPassword,
  signOutEverywhere,
} from '@job-manager/engine/store/users';
import { contract } from '@job-manager/shared/contract/index';
import { implement } from '@orpc/server';
import { hostsOf } from '../auth/password-rules.js';
import { hashPassword, makePassword } from '../auth/passwords.js';
import { presentPerson } from '../present/person.js';
import { presentToken } from '../present/token.js';
import { ownSessions, refuseWeakPassword } from './accounts.js';
import { auditPersonOf, type CallContext, type HttpDeps, personOf } from './context.js';
import { HttpProblem } from './problem.js';

/** People and their roles; refused where they are the business of the application that embeds us. */
export function createUserCalls({ pool, sessions, config }: Pick<HttpDeps, 'pool' | 'sessions' | 'config'>) {
  const os = implement(contract.users)
    .$context<CallContext>()
    .use(({ next }) => {
      ownSessions(sessions);
      return next();
    });
  /** The password that was chosen for a person, or a new one that has to be shown. */
  const passwordFor = async (email: string, chosen: string | undefined) => {
    if (chosen !== undefined) await refuseWeakPassword(chosen, { email, hosts: hostsOf(config) }, 'password');
    const password = chosen ?? makePassword();
    return { password, passwordHash: await hashPassword(password), isGenerated: chosen === undefined };
  };
  /** The person after a change that need not have changed anything. */
  const read = async (userId: number): Promise<PersonRow> => {
    const person = await findPerson(pool, userId);
    if (!person) throw new HttpProblem('UNKNOWN_ACCOUNT', `There is no account with the number ${userId}.`);
    return person;
  };

  /** Refuses an own role that is not there. */
  const checkRole = async (accessRoleId: string | null) => {
    if (accessRoleId === null || (await findRole(pool, accessRoleId))) return;
    throw new HttpProblem('UNKNOWN_ROLE', 'There is no such role.', { field: 'accessRoleId' });
  };

  /** What becomes of the tokens of a person who has lost rights. */
  const tokensOf = async (userId: number, isRevoking: boolean, context: CallContext) => {
    const revoked = isRevoking ? await revokeTokensOf(pool, userId, auditPersonOf(context)) : [];
    const left = await listTokensOf(pool, userId);
    return { tokens: left.map(presentToken), revokedTokens: revoked.map(presentToken) };
  };

  return os.router({
    list: os.list.handler(async ({ input }) => {
      const { people, total } = await listPeople(pool, input);
      return { users: people.map(presentPerson), total, page: input.page, pageSize: input.pageSize };
    }),

    create: os.create.handler(async ({ input, context }) => {
      const { email, role, accessRoleId } = input;
      await checkRole(accessRoleId);
      const { password, passwordHash, isGenerated } = await passwordFor(email, input.password);
      const added = await addPerson(pool, { email, role, accessRoleId, passwordHash }, auditPersonOf(context));
      if (!added) throw taken(email);
      return { account: presentPerson(added), password: isGenerated ? password : null };
    }),

    changeRole: os.changeRole.handler(async ({ input: { userId, role, accessRoleId, revokeTokens }, context }) => {
      refuseOneself(context, userId, 'Your own role is for another SUPER_ADMIN to change.');
      await checkRole(accessRoleId);
      const change = { userId, by: auditPersonOf(context) };
      const person = (await changeRole(pool, change, { role, accessRoleId })) ?? (await read(userId));
      if (person.role !== role) throw lastOne(person);
      return { account: presentPerson(person), ...(await tokensOf(userId, revokeTokens, context)) };
    }),

    disable: os.disable.handler(async ({ input: { userId, revokeTokens }, context }) => {
      refuseOneself(context, userId, 'You cannot disable yourself.');
      const person = (await disablePerson(pool, { userId, by: auditPersonOf(context) })) ?? (await read(userId));
      if (person.disabledAt === null) throw lastOne(person);
      return { account: presentPerson(person), ...(await tokensOf(userId, revokeTokens, context)) };
    }),

    enable: os.enable.handler(async ({ input: { userId }, context }) => {
      const enabled = await enablePerson(pool, { userId, by: auditPersonOf(context) });
      return { account: presentPerson(enabled ?? (await read(userId))) };
    }),

    resetPassword: os.resetPassword.handler(async ({ input, context }) => {
      const { userId } = input;
      // A stranger at an open panel must not get around the question for the current password.
      refuseOneself(context, userId, 'Change your own password on your account page, which requires the current one.');
      const { email } = await read(userId);
      const { password, passwordHash, isGenerated } = await passwordFor(email, input.password);
      const person = await resetPassword(pool, { userId, by: auditPersonOf(context) }, passwordHash);
      return { account: presentPerson(person ?? (await read(userId))), password: isGenerated ? password : null };
    }),

    removeSecondFactor: os.removeSecondFactor.handler(async ({ input: { userId }, context }) => {
      refuseOneself(context, userId, 'Turn your own second factor off on your account page, which requires a code.');
      await removeFactor(pool, userId, auditPersonOf(context));
      return { account: presentPerson(await read(userId)) };
    }),

    signOutEverywhere: os.signOutEverywhere.handler(async ({ input: { userId }, context }) => {
      const person = await signOutEverywhere(pool, { userId, by: auditPersonOf(context) });
      return { account: presentPerson(person ?? (await read(userId))) };
    }),
  });
}

function refuseOneself(context: CallContext, userId: number, detail: string): void {
  if (personOf(context).user.id === userId) throw new HttpProblem('NOT_ALLOWED', detail);
}

const taken = (email: string) =>
  new HttpProblem('EMAIL_TAKEN', `${email} has an account. Change its role, or reset its password, instead.`, {
    field: 'email',
  });

const lastOne = ({ email }: PersonRow) =>
  new HttpProblem('NOT_ALLOWED', `${email} is the last SUPER_ADMIN who can sign in; make another one first.`);
