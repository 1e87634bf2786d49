import * as z from 'zod';
import { userRoles } from '../roles.js';
import { publicRoute, signedInRoute } from './policy.js';

export const currentUser = z.object({ id: z.number().int(), email: z.string(), role: z.enum(userRoles) });
export type CurrentUser = z.infer<typeof currentUser>;

const credentials = z.object({ email: z.string().min(1).max(254), password: z.string().min(1).max(200) });

export const auth = {
  login: publicRoute
    .route({ method: 'POST', path: '/auth/login', summary: 'Sign in; sets the session cookie', tags: ['Sign-in'] })
    .input(credentials)
    .output(z.object({ user: currentUser })),

  token: publicRoute
    .route({
      method: 'POST',
      path: '/auth/token',
      summary: 'Sign a program in; answers a bearer token, sets no cookie',
      tags: ['Sign-in'],
    })
    .input(credentials)
    .output(z.object({ token: z.string(), expiresAt: z.iso.datetime(), user: currentUser })),

  logout: signedInRoute
    .route({
      method: 'POST',
      path: '/auth/logout',
      summary: 'End this session, its sockets included',
      tags: ['Sign-in'],
    })
    .output(z.object({ ok: z.literal(true) })),

  me: signedInRoute
    .route({ method: 'GET', path: '/auth/me', summary: 'Who is signed in', tags: ['Sign-in'] })
    .output(z.object({ user: currentUser })),
};
