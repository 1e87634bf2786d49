import * as z from 'zod';
import { type AlertRuleKind, alertKindOf, alertRuleKinds, alertSeverities } from '../../alert-rules.js';
import { routeFor } from '../policy.js';
import { changedMeanwhile, name, rev, TAG, time } from './fields.js';

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

const trialIncident = z.object({
  subject: z.string(),
  from: time,
  to: time.nullable().describe('Null where it would still be open'),
});

const byRule = z.strictObject({ ruleId: z.uuid() });

/** When incidents open, and who is notified. */
export const ruleCalls = {
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
        total: z.int().nullable().describe('Null where too little data is stored'),
        incidents: z.array(trialIncident).describe('The newest 50'),
      }),
    ),
};
