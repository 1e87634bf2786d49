import * as z from 'zod';
import { tokenPermissions } from '../permissions.js';
import { isPlainText, NOT_PLAIN } from '../plain-text.js';
import { jobPatterns, validateJobLimit } from './job-limit.js';
import { routeFor } from './policy.js';
import { person } from './run.js';

const TAG = ['Administration'];
const time = z.iso.datetime();

export const apiToken = z.object({
  id: z.uuid(),
  name: z.string(),
  /** How the token begins, to distinguish it from others; only its holder knows the rest. */
  prefix: z.string(),
  permissions: z.array(z.enum(tokenPermissions)),
  jobPatterns,
  createdBy: person.nullable(),
  createdAt: time,
  expiresAt: time.nullable(),
  lastUsedAt: time.nullable(),
  lastUsedIp: z.string().nullable(),
  revokedAt: time.nullable(),
  revokedBy: person.nullable(),
});
export type ApiToken = z.infer<typeof apiToken>;

/** Tokens that programs sign their calls with. */
export const tokens = {
  list: routeFor('manageTokens')
    .route({ method: 'GET', path: '/admin/tokens', summary: 'All API tokens, the newest first', tags: TAG })
    .output(z.object({ tokens: z.array(apiToken) })),

  create: routeFor('manageTokens')
    .route({
      method: 'POST',
      path: '/admin/tokens',
      successStatus: 201,
      summary: 'Create an API token; its text is answered this once',
      tags: TAG,
    })
    .input(
      z
        .strictObject({
          name: z.string().trim().min(1).max(100).refine(isPlainText, NOT_PLAIN),
          permissions: z
            .array(z.enum(tokenPermissions))
            .min(1, 'needs at least one')
            .max(tokenPermissions.length)
            .refine((given) => new Set(given).size === given.length, 'names one twice'),
          jobPatterns: jobPatterns.default(null),
          expiresInDays: z.number().int().min(1).max(3_650).optional(),
        })
        .superRefine((given, context) => {
          const problem = validateJobLimit(given.jobPatterns, given.permissions);
          if (problem !== null) context.addIssue({ code: 'custom', path: ['jobPatterns'], message: problem });
        }),
    )
    .output(z.object({ token: z.string(), apiToken })),

  revoke: routeFor('manageTokens')
    .route({
      method: 'POST',
      path: '/admin/tokens/{tokenId}/revoke',
      summary: 'End a token; the next call made with it is refused',
      tags: TAG,
    })
    .input(z.strictObject({ tokenId: z.uuid() }))
    .output(z.object({ apiToken })),
};
