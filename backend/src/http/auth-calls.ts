import { contract } from '@job-manager/shared/contract/index';
import { implement } from '@orpc/server';
import { challengeCookieName, cookieName, isSecure, readCookie } from '../auth/request.js';
import { SESSION_MS, SignInEnded } from '../auth/sign-in.js';
import { PENDING_SIGN_IN_MS } from '../store/pending-sign-ins.js';
import { ownSessions, sessionOf } from './accounts.js';
import { type CallContext, type HttpDeps, originOf, personOf } from './context.js';
import { HttpProblem } from './problem.js';

const os = implement(contract.auth).$context<CallContext>();

/** Signing in and out. */
export function createAuthCalls({ sessions, config }: Pick<HttpDeps, 'sessions' | 'config'>) {
  return os.router({
    login: os.login.handler(async ({ input, context }) => {
      const begun = await ownSessions(sessions).beginSignIn(input, originOf(context.req));
      if ('challenge' in begun) {
        setCookie(context, challengeCookieName, begun.challenge, PENDING_SIGN_IN_MS);
        return { user: null, codeNeeded: { expiresAt: begun.expiresAt.toISOString() } };
      }
      setCookie(context, cookieName, begun.token, SESSION_MS);
      return { user: begun.user };
    }),

    loginCode: os.loginCode.handler(async ({ input: { code }, context }) => {
      const own = ownSessions(sessions);
      const challenge = readCookie(context.req, config, challengeCookieName);
      if (challenge === undefined) throw new SignInEnded();
      const { user, token } = await own.finishSignIn(challenge, code, originOf(context.req));
      setCookie(context, challengeCookieName, '', 0);
      setCookie(context, cookieName, token, SESSION_MS);
      return { user };
    }),

    token: os.token.handler(async ({ input, context }) => {
      const { user, token, expiresAt } = await ownSessions(sessions).signIn(input, originOf(context.req));
      return { token, expiresAt: expiresAt.toISOString(), user };
    }),

    logout: os.logout.handler(async ({ context }) => {
      await ownSessions(sessions).signOut(sessionOf(context), originOf(context.req));
      setCookie(context, cookieName, '', 0);
      return { ok: true as const };
    }),

    me: os.me.handler(({ context }) => {
      const { user, permissions, pending } = personOf(context);
      return { user, permissions: [...permissions], pending: [...pending], accounts: sessions.accounts };
    }),

    changePassword: os.changePassword.handler(async ({ input, context }) => {
      const own = ownSessions(sessions);
      const { currentPassword: current, newPassword: wanted } = input;
      if (current === wanted) {
        const detail = 'The new password is the same as the current one.';
        throw new HttpProblem('INVALID_INPUT', detail, { field: 'newPassword' });
      }
      await own.changePassword(sessionOf(context), { current, wanted }, originOf(context.req));
      return { ok: true as const };
    }),
  });

  function setCookie({ req, res }: CallContext, nameOf: typeof cookieName, value: string, maxAge: number): void {
    const secure = isSecure(req, config);
    res.cookie(nameOf(secure), value, { httpOnly: true, sameSite: 'strict', path: '/', secure, maxAge });
  }
}
