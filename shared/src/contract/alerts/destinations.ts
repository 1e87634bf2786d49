import * as z from 'zod';
import { destinationKinds } from '../../alert-rules.js';
import { routeFor } from '../policy.js';
import { changedMeanwhile, name, rev, TAG, time } from './fields.js';

const url = z
  .url({ protocol: /^https?$/, error: 'must be an address that begins with https:// or http://' })
  .max(2_000)
  .refine((text) => !/^https?:\/\/[^/]*@/i.test(text), 'must have no name and password in it');
const emails = z.array(z.email().max(254)).min(1).max(20);

const destinationFields = {
  name,
  kind: z.enum(destinationKinds),
  emails: emails.optional().describe('For e-mail: the addresses'),
  url: url.optional().describe('For webhooks: the address. It is a secret, and never shown again'),
};
const givenDestination = z.strictObject(destinationFields).check(({ value, issues }) => {
  const wanted = value.kind === 'EMAIL' ? 'emails' : 'url';
  const unwanted = value.kind === 'EMAIL' ? 'url' : 'emails';
  const add = (path: string, message: string) => issues.push({ code: 'custom', path: [path], message, input: value });
  if (value[wanted] === undefined) add(wanted, 'is missing');
  if (value[unwanted] !== undefined) add(unwanted, 'belongs to destinations of another kind');
});
export type GivenDestination = z.infer<typeof givenDestination>;

export const alertDestination = z.object({
  id: z.uuid(),
  name: z.string(),
  kind: z.enum(destinationKinds),
  target: z.string().describe('The addresses of an e-mail; of a webhook its host alone'),
  emails: z.array(z.string()),
  problem: z.string().nullable().describe('Why nothing can be sent there now, such as a setting that is missing'),
  usedBy: z.array(z.object({ id: z.uuid(), name: z.string() })).describe('Rules that notify it'),
  lastDelivery: z.object({ at: time, ok: z.boolean(), detail: z.string() }).nullable(),
  rev,
  updatedAt: time,
  updatedBy: z.string().nullable(),
});
export type AlertDestination = z.infer<typeof alertDestination>;

const byDestination = z.strictObject({ destinationId: z.uuid() });

/** Where messages of incidents are sent. */
export const destinationCalls = {
  destinations: routeFor('view')
    .route({ method: 'GET', path: '/admin/alerts/destinations', summary: 'Where messages are sent to', tags: TAG })
    .output(
      z.object({
        destinations: z.array(alertDestination),
        emailProblem: z
          .string()
          .nullable()
          .describe('Why no e-mail can be sent now, such as a setting that is missing'),
      }),
    ),

  createDestination: routeFor('manageAlerts', 'view')
    .route({
      method: 'POST',
      path: '/admin/alerts/destinations',
      successStatus: 201,
      summary: 'Create a destination',
      description: 'The secret that signs the messages to a webhook is in this answer, and never shown again.',
      tags: TAG,
    })
    .input(givenDestination)
    .output(z.object({ destination: alertDestination, secret: z.string().nullable() })),

  changeDestination: routeFor('manageAlerts', 'view')
    .route({
      method: 'PUT',
      path: '/admin/alerts/destinations/{destinationId}',
      summary: 'Change a destination; an address that is left out stays',
      description: changedMeanwhile,
      tags: TAG,
    })
    .input(
      byDestination.extend({
        name,
        emails: destinationFields.emails,
        url: destinationFields.url,
        renewSecret: z.boolean().default(false).describe('For webhooks: a new secret, which the answer shows once'),
        rev,
      }),
    )
    .output(z.object({ destination: alertDestination, secret: z.string().nullable() })),

  removeDestination: routeFor('manageAlerts', 'view')
    .route({
      method: 'DELETE',
      path: '/admin/alerts/destinations/{destinationId}',
      summary: 'Remove a destination; rules no longer notify it',
      tags: TAG,
    })
    .input(byDestination)
    .output(z.object({ removed: z.literal(true) })),

  testDestination: routeFor('manageAlerts', 'view')
    .route({
      method: 'POST',
      path: '/admin/alerts/destinations/{destinationId}/test',
      summary: 'Send a test message now, and return the answer of the receiver',
      tags: TAG,
    })
    .input(byDestination)
    .output(z.object({ ok: z.boolean(), detail: z.string(), latencyMs: z.number() })),
};
