import * as z from 'zod';
import { auditActions, auditSubjects } from '../audit.js';
import { limits } from '../limits.js';
import { isoTime } from './iso-time.js';
import { routeFor } from './policy.js';
import { runId } from './run.js';

const TAG = ['Administration'];

export const auditEvent = z.object({
  id: z.string(),
  at: z.iso.datetime(),
  actorId: z.number().int().nullable(),
  /** An address, `token NAME`, or null for the product itself and for people unknown. */
  actor: z.string().nullable(),
  action: z.string(),
  jobRunId: z.string().nullable(),
  target: z.string().nullable(),
  details: z.unknown().nullable(),
  ip: z.string().nullable(),
  userAgent: z.string().nullable(),
});
export type AuditEvent = z.infer<typeof auditEvent>;

const filters = z.strictObject({
  actor: z.string().trim().max(254).optional().describe('Part of the actor'),
  action: z.enum(auditActions).optional(),
  jobRunId: runId.optional(),
  subject: z.enum(auditSubjects).optional().describe('Only what was done to channels, jobs or schedules'),
  about: z
    .enum(['maintenance'])
    .optional()
    .describe('Only what was done to many runs, to stuck ones, to channels and runners'),
  target: z.string().trim().min(1).max(200).optional().describe('The name of what was acted on, as a whole'),
  hide: z.enum(['sign-ins']).optional().describe('Leaves out who signed in and out; refused sign-ins stay'),
  from: isoTime.optional(),
  to: isoTime.optional(),
});

/** Who did what. */
export const audit = {
  list: routeFor('viewAudit')
    .route({ method: 'GET', path: '/admin/audit', summary: 'The audit log, newest first', tags: TAG })
    .input(
      filters.extend({
        before: runId.optional().describe('Only entries older than this one: the last of the page before'),
        limit: z.coerce.number().int().min(1).max(limits.pageSize).default(50),
      }),
    )
    .output(z.object({ events: z.array(auditEvent), hasMore: z.boolean() })),

  export: routeFor('viewAudit')
    .route({
      method: 'GET',
      path: '/admin/audit/export',
      summary: 'The same as CSV, at most 50,000 entries',
      tags: TAG,
    })
    .input(filters)
    .output(z.file()),
};
