import { PENDING_SIGN_IN_MS } from '@job-manager/engine/store/pending-sign-ins';
import { type OwnSessionRow, SESSION_MS } from '@job-manager/engine/store/sessions';
import { contract } from '@job-manager/shared/contract/index';
import { implement } from '@orpc/server';
import { hostsOf } from '../auth/password-rules.js';
import { challengeCookieName, cookieName, isSecure, readCookie } from '../auth/request.js';
import { SignInEnded } from '../auth/sign-in.js';
import { ownSessions, refuseWeakPassword, sessionOf } from './accounts.js';
import { type CallContext, type HttpDeps, originOf, personOf } from './context.js';
import { HttpProblem } from './problem.js';

const os = implement(contract.auth).$context<CallContext>();

/** Signing in and out. */
export function createAuthCalls({ sessions, config }: Pick<HttpDeps, 'sessions' | 'config'>) {
  return os.router({
    login: os.login.handler(async ({ input, context }) => {
      const begun = await ownSessions(sessions).beginSignIn(input, originOf(context.req), context.req);
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
      const { user, token } = await own.finishSignIn(challenge, code, originOf(context.req), context.req);
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
      // Not "cookies": those belong to every server on this host, whatever its port.
      context.res.setHeader('Clear-Site-Data', '"cache", "storage"');
      return { ok: true as const };
    }),

    me: os.me.handler(({ context }) => {
      const { user, roleName, permissions, jobPatterns, pending } = personOf(context);
      const access = { roleName, permissions: [...permissions], jobPatterns: jobPatterns && [...jobPatterns] };
      return { user, ...access, pending: [...pending], accounts: sessions.accounts };
    }),

    changePassword: os.changePassword.handler(async ({ input, context }) => {
      const own = ownSessions(sessions);
      const { currentPassword: current, newPassword: wanted } = input;
      if (current === wanted) {
        const detail = 'The new password is the same as the current one.';
        throw new HttpProblem('INVALID_INPUT', detail, { field: 'newPassword' });
      }
      const session = sessionOf(context);
      await refuseWeakPassword(wanted, { email: session.user.email, hosts: hostsOf(config) }, 'newPassword');
      await own.changePassword(session, { current, wanted }, originOf(context.req));
      // Not "storage": this session continues, and with it unsaved text in other tabs.
      context.res.setHeader('Clear-Site-Data', '"cache"');
      return { ok: true as const };
    }),

    sessions: os.sessions.handler(async ({ context }) => {
      const session = sessionOf(context);
      const own = await ownSessions(sessions).listOwn(session);
      return { sessions: own.map((row) => presentSession(row, session.sessionId)) };
    }),

    endSession: os.endSession.handler(async ({ input: { sessionId, currentPassword }, context }) => {
      const which = { id: sessionId };
      const from = originOf(context.req);
      const ended = await ownSessions(sessions).endOwn(sessionOf(context), which, currentPassword, from);
      if (ended === 0) throw new HttpProblem('UNKNOWN_SESSION', 'You have no such session; it may have ended already.');
      return { ok: true as const };
    }),

    endOtherSessions: os.endOtherSessions.handler(async ({ input: { currentPassword }, context }) => {
      const from = originOf(context.req);
      return { ended: await ownSessions(sessions).endOwn(sessionOf(context), 'others', currentPassword, from) };
    }),
  });

  function setCookie({ req, res }: CallContext, nameOf: typeof cookieName, value: string, maxAge: number): void {
    const secure = isSecure(req, config);
    res.cookie(nameOf(secure), value, { httpOnly: true, sameSite: 'strict', path: '/', secure, maxAge });
  }
}

const presentSession = ({ createdAt, lastUsedAt, expiresAt, ...session }: OwnSessionRow, current: string) => ({
  ...session,
  isCurrent: session.id === current,
  createdAt: createdAt.toISOString(),
  lastUsedAt: lastUsedAt.toISOString(),
  expiresAt: expiresAt.toISOString(),
});
