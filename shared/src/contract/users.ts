import * as z from 'zod';
import { limits } from '../limits.js';
import { type UserRole, userRoles } from '../roles.js';
import { newEmail, newPassword } from './auth.js';
import { routeFor } from './policy.js';
import { apiToken } from './tokens.js';

const TAG = ['Administration'];
const time = z.iso.datetime();
const byUser = z.strictObject({ userId: z.coerce.number().int().min(1).max(2_147_483_647) });

export const account = z.object({
  id: z.number().int(),
  email: z.string(),
  role: z.enum(userRoles),
  accessRole: z
    .object({ id: z.uuid(), name: z.string() })
    .nullable()
    .describe('The own role that they have; `role` is USER then'),
  /** Whether there is a password to sign in with. */
  canSignIn: z.boolean(),
  secondFactor: z.boolean().describe('Whether signing in takes a code as well'),
  disabledAt: time.nullable(),
  createdAt: time,
  lastSignInAt: time.nullable(),
  sessions: z.number().int().describe('Browsers and programs signed in now'),
});
export type Account = z.infer<typeof account>;

/** What becomes of the API tokens of a person who may do less from now on. */
const revokeTokens = z
  .boolean()
  .default(false)
  .describe('Also end the API tokens they made, which go on by themselves otherwise');
/** An own role, given with the role USER. */
const accessRoleId = z
  .uuid()
  .nullable()
  .default(null)
  .describe('An own role, of `GET /admin/roles`; goes with the role USER');
const isOneRole = ({ role, accessRoleId }: { role: UserRole; accessRoleId: string | null }): boolean =>
  accessRoleId === null || role === 'USER';
const NOT_ONE_ROLE = { path: ['accessRoleId'], message: 'goes with the role "USER", and only with it' };

const withTokens = z.object({
  account,
  tokens: z.array(apiToken).describe('API tokens they made that can still be used'),
  revokedTokens: z.array(apiToken).describe('API tokens they made that this call has ended'),
});

/** A generated password is shown this once; null when the caller chose it. */
const withPassword = z.object({ account, password: z.string().nullable() });

/** People, and what they may do. */
export const users = {
  list: routeFor('manageUsers')
    .route({ method: 'GET', path: '/admin/users', summary: 'People who may sign in, and members', tags: TAG })
    .input(
      z.strictObject({
        search: z.string().trim().max(254).optional(),
        role: z.enum(userRoles).optional().describe('All but members without an own role when left out'),
        accessRoleId: z.uuid().optional().describe('Those with this own role'),
        page: z.coerce.number().int().min(1).max(1_000_000).default(1),
        pageSize: z.coerce.number().int().min(1).max(limits.pageSize).default(50),
      }),
    )
    .output(
      z.object({
        users: z.array(account),
        total: z.number().int(),
        page: z.number().int(),
        pageSize: z.number().int(),
      }),
    ),

  create: routeFor('manageUsers')
    .route({
      method: 'POST',
      path: '/admin/users',
      successStatus: 201,
      summary: 'Create an account that may sign in',
      tags: TAG,
    })
    .input(
      z
        .strictObject({
          email: newEmail,
          role: z.enum(userRoles),
          accessRoleId,
          password: newPassword.optional().describe('Generated when left out'),
        })
        .refine(isOneRole, NOT_ONE_ROLE),
    )
    .output(withPassword),

  changeRole: routeFor('manageUsers')
    .route({
      method: 'POST',
      path: '/admin/users/{userId}/role',
      summary: 'Change a role; what it no longer allows ends at once',
      tags: TAG,
    })
    .input(byUser.extend({ role: z.enum(userRoles), accessRoleId, revokeTokens }).refine(isOneRole, NOT_ONE_ROLE))
    .output(withTokens),

  disable: routeFor('manageUsers')
    .route({
      method: 'POST',
      path: '/admin/users/{userId}/disable',
      summary: 'Disable an account; all its sessions end',
      tags: TAG,
    })
    .input(byUser.extend({ revokeTokens }))
    .output(withTokens),

  enable: routeFor('manageUsers')
    .route({ method: 'POST', path: '/admin/users/{userId}/enable', summary: 'Enable an account again', tags: TAG })
    .input(byUser)
    .output(z.object({ account })),

  resetPassword: routeFor('manageUsers')
    .route({
      method: 'POST',
      path: '/admin/users/{userId}/reset-password',
      summary: 'Set a new password, answered this once; all sessions end',
      tags: TAG,
    })
    .input(byUser.extend({ password: newPassword.optional().describe('Generated when left out') }))
    .output(withPassword),

  removeSecondFactor: routeFor('manageUsers')
    .route({
      method: 'POST',
      path: '/admin/users/{userId}/remove-second-factor',
      summary: 'Remove the second factor of an account; all its sessions end',
      tags: TAG,
    })
    .input(byUser)
    .output(z.object({ account })),

  signOutEverywhere: routeFor('manageUsers')
    .route({
      method: 'POST',
      path: '/admin/users/{userId}/sign-out',
      summary: 'End all sessions of an account',
      tags: TAG,
    })
    .input(byUser)
    .output(z.object({ account })),
};
