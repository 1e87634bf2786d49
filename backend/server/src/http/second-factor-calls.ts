import { readFactor } from '@job-manager/engine/store/second-factors';
import { isSessionFresh } from '@job-manager/engine/store/sessions';
import { contract } from '@job-manager/shared/contract/index';
import { implement } from '@orpc/server';
import { isFactorDemanded, type Sessions } from '../auth/sessions.js';
import { ownSessions, sessionOf } from './accounts.js';
import { type CallContext, type HttpDeps, originOf } from './context.js';
import { HttpProblem } from './problem.js';

/** How long after signing in the password is not required again. */
const FRESH_MS = 10 * 60_000;

const os = implement(contract.secondFactor).$context<CallContext>();

/** One's own second factor. */
export function createSecondFactorCalls({ sessions, pool, config }: Pick<HttpDeps, 'sessions' | 'pool' | 'config'>) {
  return os.router({
    get: os.get.handler(async ({ context }) => {
      const session = sessionOf(context);
      const factor = await readFactor(pool, session.user.id);
      return {
        since: factor?.since.toISOString() ?? null,
        recoveryCodes: factor?.recoveryCodes ?? 0,
        isDemanded: isFactorDemanded(config, session),
      };
    }),

    begin: os.begin.handler(async ({ input: { currentPassword }, context }) => {
      const own = ownSessions(sessions);
      const session = sessionOf(context);
      if (currentPassword !== undefined) await own.checkPassword(session, currentPassword, originOf(context.req));
      else if (!(await isSessionFresh(pool, session.sessionId, FRESH_MS))) throw PASSWORD_NEEDED;
      return own.secondFactors.begin(session.user);
    }),

    confirm: os.confirm.handler(async ({ input: { code }, context }) => {
      const { secondFactors } = ownSessions(sessions);
      return { recoveryCodes: await secondFactors.confirm(sessionOf(context), code, originOf(context.req)) };
    }),

    turnOff: os.turnOff.handler(async ({ input, context }) => {
      const own = ownSessions(sessions);
      await prove(own, input, context);
      await own.secondFactors.turnOff(sessionOf(context), originOf(context.req));
      return { ok: true as const };
    }),

    renewRecoveryCodes: os.renewRecoveryCodes.handler(async ({ input, context }) => {
      const own = ownSessions(sessions);
      await prove(own, input, context);
      const { user } = sessionOf(context);
      return { recoveryCodes: await own.secondFactors.renewRecoveryCodes(user, originOf(context.req)) };
    }),
  });
}

/** A person at an open panel must not get rid of what guards it. */
async function prove(
  own: Sessions,
  { code, currentPassword }: { code?: string; currentPassword?: string },
  context: CallContext,
): Promise<void> {
  const session = sessionOf(context);
  const from = originOf(context.req);
  if (code !== undefined) return own.secondFactors.check(session.user, code, from);
  // The one who can remove the second factors of others does not do without their own.
  if (currentPassword === undefined || session.user.role === 'SUPER_ADMIN') throw CODE_NEEDED;
  await own.checkPassword(session, currentPassword, from);
}

const PASSWORD_NEEDED = new HttpProblem(
  'PASSWORD_NEEDED',
  'You signed in more than ten minutes ago: enter your current password.',
  { field: 'currentPassword' },
);
const CODE_NEEDED = new HttpProblem(
  'WRONG_CODE',
  'As a SUPER_ADMIN enter a code of your app or a recovery code; the password is not enough.',
  { field: 'code' },
);
