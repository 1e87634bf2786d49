import * as z from 'zod';
import { alertEvents, alertRuleKinds, alertSeverities } from '../../alert-rules.js';
import { limits } from '../../limits.js';
import { isPlainText, NOT_PLAIN } from '../../plain-text.js';
import { isoTime } from '../iso-time.js';
import { routeFor } from '../policy.js';
import { runId } from '../run-id.js';
import { TAG, time } from './fields.js';

/** The number of an incident, as a text. */
export const incidentId = z.string().regex(/^[1-9]\d{0,17}$/, 'must be the number of an incident, such as 12');

export const deliveryStatuses = ['PENDING', 'SENT', 'FAILED'] as const;
export const alertDelivery = z.object({
  id: z.string(),
  incidentId: incidentId.nullable(),
  destinationId: z.uuid().nullable(),
  destination: z.string(),
  event: z.enum(alertEvents),
  status: z.enum(deliveryStatuses),
  isTogether: z.boolean().describe('Sent with others in one message'),
  tries: z.int(),
  detail: z.string().nullable().describe('What the receiver answered the last time, or why nothing could be sent'),
  latencyMs: z.number().nullable(),
  createdAt: time,
  sentAt: time.nullable(),
  nextAt: time.nullable().describe('When it is tried again; null where it is not'),
});
export type AlertDelivery = z.infer<typeof alertDelivery>;

export const incident = z.object({
  id: incidentId,
  ruleId: z.uuid().nullable().describe('Null where the rule was removed'),
  rule: z.string(),
  kind: z.enum(alertRuleKinds),
  severity: z.enum(alertSeverities),
  title: z.string(),
  cause: z.string().describe('A description of the problem'),
  jobName: z.string().nullable(),
  channel: z.string().nullable(),
  fingerprint: z.string().nullable().describe('The cause of failures that it is about'),
  lastRunId: runId.nullable(),
  count: z.int().nullable().describe('Runs, or whatever the rule counts; null where it counts nothing'),
  openedAt: time,
  reopenedAt: time.nullable(),
  lastAt: time.describe('When its condition was last seen'),
  closedAt: time.nullable(),
  closedBy: z.string().nullable().describe('Null where it ended by itself'),
  acknowledgedAt: time.nullable(),
  acknowledgedBy: z.string().nullable(),
  mutedUntil: time.nullable(),
  mutedBy: z.string().nullable(),
  note: z.string().nullable(),
  notified: z.array(
    z.object({ destination: z.string(), event: z.enum(alertEvents), status: z.enum(deliveryStatuses) }),
  ),
});
export type Incident = z.infer<typeof incident>;

const byIncident = z.strictObject({ incidentId });
const note = z.string().trim().max(limits.reasonChars).refine(isPlainText, NOT_PLAIN).optional();

/** What is wrong and needs attention, and what a person does about it. */
export const incidentCalls = {
  incidents: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/alerts/incidents',
      summary: 'Incidents: the open ones first, then the newest',
      tags: TAG,
    })
    .input(
      z.strictObject({
        state: z.enum(['open', 'ended', 'all']).default('all'),
        severity: z.enum(alertSeverities).optional(),
        jobName: z.string().min(1).max(100).optional(),
        ruleId: z.uuid().optional(),
        before: incidentId.optional().describe('Only ended incidents older than this one: the last of the page before'),
        limit: z.coerce.number().int().min(1).max(limits.pageSize).default(50),
      }),
    )
    .output(
      z.object({
        incidents: z.array(incident),
        open: z.int(),
        hasMore: z.boolean(),
        serverTime: time,
      }),
    ),

  incident: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/alerts/incidents/{incidentId}',
      summary: 'One incident, and which messages were sent of it',
      tags: TAG,
    })
    .input(byIncident)
    .output(z.object({ incident, deliveries: z.array(alertDelivery) })),

  acknowledge: routeFor('manageAlerts', 'view')
    .route({
      method: 'POST',
      path: '/admin/alerts/incidents/{incidentId}/acknowledge',
      summary: 'Acknowledge an incident: no more reminders are sent',
      tags: TAG,
    })
    .input(byIncident.extend({ note }))
    .output(z.object({ incident })),

  mute: routeFor('manageAlerts', 'view')
    .route({
      method: 'POST',
      path: '/admin/alerts/incidents/{incidentId}/mute',
      summary: 'Send nothing of an incident, nor of the next ones of the same subject, until a time',
      tags: TAG,
    })
    .input(byIncident.extend({ until: isoTime.nullable().describe('Null to unmute') }))
    .output(z.object({ incident })),

  resolve: routeFor('manageAlerts', 'view')
    .route({
      method: 'POST',
      path: '/admin/alerts/incidents/{incidentId}/resolve',
      summary: 'End an incident by hand; it opens anew when its condition has been gone and comes back',
      tags: TAG,
    })
    .input(byIncident.extend({ note }))
    .output(z.object({ incident })),
};
