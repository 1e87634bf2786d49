import { contract } from '@job-manager/shared/contract/index';
import { implement } from '@orpc/server';
import type { Request, Response } from 'express';
import { cookieName, isSecure } from '../auth/request.js';
import { SESSION_MS } from '../auth/sessions.js';
import { ownSessions, sessionOf } from './accounts.js';
import { type CallContext, type HttpDeps, originOf, personOf } from './context.js';
import { HttpProblem } from './problem.js';

const os = implement(contract.auth).$context<CallContext>();

/** Signing in and out. */
export function createAuthCalls({ sessions, config }: Pick<HttpDeps, 'sessions' | 'config'>) {
  return os.router({
    login: os.login.handler(async ({ input, context }) => {
      const { user, token } = await ownSessions(sessions).signIn(input, originOf(context.req));
      setSessionCookie(context.req, context.res, token, SESSION_MS);
      return { user };
    }),

    token: os.token.handler(async ({ input, context }) => {
      const { user, token, expiresAt } = await ownSessions(sessions).signIn(input, originOf(context.req));
      return { token, expiresAt: expiresAt.toISOString(), user };
    }),

    logout: os.logout.handler(async ({ context }) => {
      await ownSessions(sessions).signOut(sessionOf(context), originOf(context.req));
      setSessionCookie(context.req, context.res, '', 0);
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

  function setSessionCookie(req: Request, res: Response, token: string, maxAge: number): void {
    const secure = isSecure(req, config);
    res.cookie(cookieName(secure), token, { httpOnly: true, sameSite: 'strict', path: '/', secure, maxAge });
  }
}
