import * as z from 'zod';
import {
  type AlertRuleKind,
  alertEvents,
  alertKindOf,
  alertRuleKinds,
  alertSeverities,
  destinationKinds,
} from '../alert-rules.js';
import { limits } from '../limits.js';
import { isPlainText, NOT_PLAIN } from '../plain-text.js';
import { isoTime } from './iso-time.js';
import { routeFor } from './policy.js';
import { runId } from './run-id.js';

const TAG = ['Alerts'];
const time = z.iso.datetime();
/** Of 32 bits, as its column has it: PostgreSQL fails a statement that compares more. */
const rev = z.int32().min(1);
const name = z.string().trim().min(1).max(100).refine(isPlainText, NOT_PLAIN);

/** The number of an incident, as a text. */
export const incidentId = z.string().regex(/^[1-9]\d{0,17}$/, 'must be the number of an incident, such as 12');

/** A job's name, or the beginning of several with `*` behind it. */
const jobPattern = z
  .string()
  .trim()
  .regex(/^[\w.:/-]{0,99}[\w.:/*-]$/, 'must be the name of a job, or its beginning with * behind it, such as media-*');

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day, such as 22:00');

const quietHours = z.strictObject({
  from: clockTime,
  to: clockTime,
  timeZone: z.string().min(1).max(64).refine(isTimeZone, 'must be the name of a time zone, such as Europe/Berlin'),
});
export type QuietHours = z.infer<typeof quietHours>;

function isTimeZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }) !== undefined;
  } catch {
    return false;
  }
}

const ruleFields = {
  name,
  kind: z.enum(alertRuleKinds),
  jobs: z.array(jobPattern).max(50).default([]).describe('Names or beginnings with `*`; none for all jobs'),
  onlyCritical: z.boolean().default(false).describe('Only jobs that operators marked as critical'),
  channels: z.array(z.string().min(1).max(100)).max(50).default([]).describe('None for all channels'),
  threshold: z
    .number()
    .min(0)
    .max(100_000_000)
    .nullable()
    .default(null)
    .describe('In the unit of its kind; null for what the kind has by default'),
  windowMs: z
    .int()
    .min(60_000)
    .max(604_800_000)
    .nullable()
    .default(null)
    .describe('Null for what the kind has by default'),
  severity: z.enum(alertSeverities).default('WARNING'),
  destinationIds: z.array(z.uuid()).max(20).default([]).describe('Who is notified; none for the panel alone'),
  remindMs: z
    .int()
    .min(600_000)
    .max(604_800_000)
    .nullable()
    .default(14_400_000)
    .describe('How often an incident that no one acknowledged is sent again; null for never'),
  quiet: quietHours.nullable().default(null).describe('Messages wait until its end, and are then sent together'),
  isOn: z.boolean().default(true),
};

interface RuleFigures {
  kind: AlertRuleKind;
  threshold: number | null;
  windowMs: number | null;
}

function checkFigures({ value, issues }: z.core.ParsePayload<RuleFigures>): void {
  const { threshold, windowMs } = alertKindOf(value.kind);
  const add = (path: string, message: string) => issues.push({ code: 'custom', path: [path], message, input: value });
  if (value.threshold !== null) {
    if (!threshold) add('threshold', 'must be null: rules of this kind have none');
    else if (value.threshold < threshold.min || value.threshold > threshold.max)
      add('threshold', `must be from ${threshold.min} to ${threshold.max}`);
  }
  if (value.windowMs === null) return;
  if (!windowMs) add('windowMs', 'must be null: rules of this kind have none');
  else if (value.windowMs > windowMs.max) add('windowMs', `must be at most ${windowMs.max}`);
}

const givenRule = z.strictObject(ruleFields).check(checkFigures);
/** A rule as a person saves it. */
export type GivenAlertRule = z.infer<typeof givenRule>;

export const alertRule = z.object({
  ...ruleFields,
  // What was stored may be of an older version.
  jobs: z.array(z.string()),
  id: z.uuid(),
  isReady: z.boolean().describe('Came with the installation; it can be switched off, and not be removed'),
  problem: z.string().nullable().describe('Why it could not be judged the last time; null where it could'),
  rev,
  updatedAt: time,
  updatedBy: z.string().nullable(),
});
export type AlertRule = z.infer<typeof alertRule>;

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
  cause: z.string().describe('What is wrong, in words'),
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

const trialIncident = z.object({
  subject: z.string(),
  from: time,
  to: time.nullable().describe('Null where it would still be open'),
});

const byIncident = z.strictObject({ incidentId });
const byRule = z.strictObject({ ruleId: z.uuid() });
const byDestination = z.strictObject({ destinationId: z.uuid() });
const note = z.string().trim().max(limits.reasonChars).refine(isPlainText, NOT_PLAIN).optional();
const changedMeanwhile =
  'Refused (409 `CHANGED`, with what there is as `current`) where it is not as `rev` knew it any more.';

/** What is wrong and needs attention, who is notified of it, and when. */
export const alerts = {
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
      summary: 'Say that a person is at it: no reminders are sent any more',
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

  rules: routeFor('view')
    .route({ method: 'GET', path: '/admin/alerts/rules', summary: 'All rules', tags: TAG })
    .output(z.object({ rules: z.array(alertRule) })),

  createRule: routeFor('manageAlerts', 'view')
    .route({ method: 'POST', path: '/admin/alerts/rules', successStatus: 201, summary: 'Create a rule', tags: TAG })
    .input(givenRule)
    .output(z.object({ rule: alertRule })),

  changeRule: routeFor('manageAlerts', 'view')
    .route({
      method: 'PUT',
      path: '/admin/alerts/rules/{ruleId}',
      summary: 'Change a rule',
      description: changedMeanwhile,
      tags: TAG,
    })
    .input(z.strictObject({ ...byRule.shape, ...ruleFields, rev }).check(checkFigures))
    .output(z.object({ rule: alertRule })),

  removeRule: routeFor('manageAlerts', 'view')
    .route({
      method: 'DELETE',
      path: '/admin/alerts/rules/{ruleId}',
      summary: 'Remove a rule; its incidents stay, and open ones end',
      description: 'Those that came with the installation stay; they can be switched off.',
      tags: TAG,
    })
    .input(byRule)
    .output(z.object({ removed: z.literal(true) })),

  tryRule: routeFor('view')
    .route({
      method: 'POST',
      path: '/admin/alerts/rules/trial',
      summary: 'Which incidents a rule would have opened in the last seven days',
      tags: TAG,
    })
    .input(givenRule)
    .output(
      z.object({
        from: time,
        total: z.int().nullable().describe('Null where too little is kept to tell'),
        incidents: z.array(trialIncident).describe('The newest 50'),
      }),
    ),

  destinations: routeFor('view')
    .route({ method: 'GET', path: '/admin/alerts/destinations', summary: 'Where messages are sent to', tags: TAG })
    .output(z.object({ destinations: z.array(alertDestination) })),

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
      summary: 'Send a test message now, and say what the receiver answered',
      tags: TAG,
    })
    .input(byDestination)
    .output(z.object({ ok: z.boolean(), detail: z.string(), latencyMs: z.number() })),
};
