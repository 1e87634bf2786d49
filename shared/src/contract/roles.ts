import * as z from 'zod';
import { ownRolePermissions, type Permission } from '../permissions.js';
import { isPlainText, NOT_PLAIN } from '../plain-text.js';
import { jobPatterns, validateJobLimit } from './job-limit.js';
import { routeFor } from './policy.js';

const TAG = ['Administration'];
const byRole = z.strictObject({ roleId: z.uuid() });
const permission = z.enum(ownRolePermissions as [Permission, ...Permission[]]);

const content = {
  name: z.string().trim().min(1).max(60).refine(isPlainText, NOT_PLAIN),
  permissions: z
    .array(permission)
    .min(1, 'needs at least one')
    .max(ownRolePermissions.length)
    .refine((given) => new Set(given).size === given.length, 'names one twice')
    .refine((given) => given.includes('view'), 'must have "view", without which nothing of the panel can be read'),
  jobPatterns: jobPatterns.default(null),
};
interface Content {
  permissions: readonly Permission[];
  jobPatterns: readonly string[] | null;
}

/** A limit goes with permissions that keep to jobs. */
const limited = <Schema extends z.ZodType<Content>>(schema: Schema) =>
  schema.superRefine((given, context) => {
    const problem = validateJobLimit(given.jobPatterns, given.permissions);
    if (problem !== null) context.addIssue({ code: 'custom', path: ['jobPatterns'], message: problem });
  });

export const accessRole = z.object({
  id: z.uuid(),
  name: z.string(),
  permissions: z.array(permission),
  jobPatterns,
  people: z.number().int().describe('Who have it'),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type AccessRole = z.infer<typeof accessRole>;

const one = z.object({ role: accessRole });

/** Roles of the installation's own, beside USER, ADMIN and SUPER_ADMIN. */
export const roles = {
  list: routeFor('manageUsers')
    .route({ method: 'GET', path: '/admin/roles', summary: 'Own roles, by name', tags: TAG })
    .output(z.object({ roles: z.array(accessRole) })),

  create: routeFor('manageUsers')
    .route({ method: 'POST', path: '/admin/roles', successStatus: 201, summary: 'Create an own role', tags: TAG })
    .input(limited(z.strictObject(content)))
    .output(one),

  change: routeFor('manageUsers')
    .route({
      method: 'PUT',
      path: '/admin/roles/{roleId}',
      summary: 'Change an own role; what it no longer allows ends at once for all who have it',
      tags: TAG,
    })
    .input(limited(byRole.extend(content)))
    .output(one),

  remove: routeFor('manageUsers')
    .route({
      method: 'DELETE',
      path: '/admin/roles/{roleId}',
      summary: 'Remove an own role that no person has',
      tags: TAG,
    })
    .input(byRole)
    .output(z.object({ removed: z.literal(true) })),
};
