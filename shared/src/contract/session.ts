import * as z from 'zod';
import { pendingSteps } from '../pending-steps.js';
import { type Permission, permissions } from '../permissions.js';
import { userRoles } from '../roles.js';
import { jobPatterns } from './job-limit.js';
import { routeFor } from './policy.js';

export const currentUser = z.object({ id: z.number().int(), email: z.string(), role: z.enum(userRoles) });
export type CurrentUser = z.infer<typeof currentUser>;

/** What every page of the panel reads of the session; the other calls about accounts are in `auth.ts`. */
export const session = {
  logout: routeFor('session')
    .route({
      method: 'POST',
      path: '/auth/logout',
      summary: 'End this session, its sockets included',
      tags: ['Sign-in'],
    })
    .output(z.object({ ok: z.literal(true) })),

  me: routeFor('session')
    .route({ method: 'GET', path: '/auth/me', summary: 'Who is signed in', tags: ['Sign-in'] })
    .output(
      z.object({
        user: currentUser,
        permissions: z.array(z.enum(Object.keys(permissions) as [Permission])),
        roleName: z.string().nullable().describe('Of the own role that they have; null for a built-in one'),
        jobPatterns,
        pending: z
          .array(z.enum(pendingSteps))
          .describe('What must be done first; until then the session has no permissions'),
        accounts: z
          .enum(['own', 'host'])
          .describe('Who keeps people and their sign-in: this server, or the application that it is part of'),
      }),
    ),
};
