import * as z from 'zod';
import { limits } from '../limits.js';
import { isPlainText, NOT_PLAIN } from '../plain-text.js';
import { isoTime } from './iso-time.js';
import { routeFor } from './policy.js';

const TAG = ['Errors'];
const time = z.iso.datetime();

/** Cut rather than refused: a report about something broken must not fail for being long. */
const cut = (most: number) => z.string().transform((text) => text.slice(0, most));

const errorLevels = ['error', 'warning'] as const;

/** What a browser reports about an error in it. */
export const clientErrorReport = z.strictObject({
  level: z.enum(errorLevels),
  message: cut(limits.clientErrorChars),
  stack: cut(8_000).optional(),
  action: cut(100),
  component: cut(100).optional(),
  jobName: cut(100).optional(),
  jobRunId: cut(20).optional(),
  parameters: z.record(z.string(), z.unknown()).optional(),
  url: cut(500),
  occurredAt: isoTime.optional().describe("By the browser's clock"),
  /** How many like this one stand behind it, where the browser sent only some. */
  count: z.number().int().min(1).max(10_000).default(1),
});
export type ClientErrorReport = z.input<typeof clientErrorReport>;

export const clientErrorStates = ['OPEN', 'RESOLVED', 'IGNORED'] as const;
export type ClientErrorState = (typeof clientErrorStates)[number];
const state = z.enum(clientErrorStates);

/** What operators made of a kind of errors. */
const verdict = {
  state: state.describe('`RESOLVED` becomes `OPEN` again by an error of the kind that comes later'),
  stateBy: z.string().nullable(),
  stateAt: time.nullable(),
  note: z.string().nullable(),
  cameBackAt: time.nullable().describe('When one came again after it was resolved'),
};

export const clientErrorGroup = z.object({
  fingerprint: z.string(),
  level: z.enum(errorLevels),
  message: z.string(),
  action: z.string(),
  component: z.string().nullable(),
  count: z.number().int(),
  previousCount: z
    .number()
    .int()
    .nullable()
    .describe('In the period of the same length before; null where errors are not kept for so long'),
  users: z.number().int(),
  firstSeenAt: time,
  lastSeenAt: time,
  pages: z.array(z.object({ path: z.string(), count: z.number().int() })).describe('Most affected first, at most 10'),
  versions: z
    .array(z.object({ version: z.string(), count: z.number().int() }))
    .describe('Of the panel, most affected first, at most 10'),
  /** Occurrences per bucket of the period, oldest first. */
  rate: z.array(z.number().int()),
  ...verdict,
});
export type ClientErrorGroup = z.infer<typeof clientErrorGroup>;

export const clientErrorOccurrence = z.object({
  id: z.string(),
  at: time,
  message: z.string(),
  stack: z.string().nullable(),
  component: z.string().nullable(),
  jobName: z.string().nullable(),
  jobRunId: z.string().nullable(),
  parameters: z.unknown().nullable(),
  url: z.string(),
  userAgent: z.string().nullable(),
  user: z.string().nullable(),
  version: z.string().nullable(),
  count: z.number().int(),
});
export type ClientErrorOccurrence = z.infer<typeof clientErrorOccurrence>;

/** Periods that the page offers, with the width of their buckets in milliseconds. */
export const errorPeriods = {
  '24h': { ms: 86_400_000, bucketMs: 3_600_000 },
  '7d': { ms: 604_800_000, bucketMs: 21_600_000 },
  '30d': { ms: 2_592_000_000, bucketMs: 86_400_000 },
} as const;
export type ErrorPeriod = keyof typeof errorPeriods;
const period = z.enum(Object.keys(errorPeriods) as [ErrorPeriod]);

const fingerprint = z.string().regex(/^[0-9a-f]{16}$/, 'must be a fingerprint');

const filters = z.strictObject({
  period: period.default('7d'),
  level: z.enum(errorLevels).optional(),
  search: z.string().trim().max(200).optional(),
  state: state.optional().describe('Of all states by default'),
});

/** Kinds of errors in one answer. */
export const maxErrorGroups = 200;

/** Errors of the panel in people's browsers. */
export const errors = {
  report: routeFor('public')
    .route({
      method: 'POST',
      path: '/errors',
      successStatus: 202,
      summary: 'Report errors of the panel; too many are dropped: `accepted` is how many were kept',
      tags: TAG,
    })
    .input(z.strictObject({ errors: z.array(clientErrorReport).min(1).max(20) }))
    .output(z.object({ accepted: z.number().int() })),

  groups: routeFor('viewErrors')
    .route({ method: 'GET', path: '/admin/errors', summary: 'Errors by kind, the latest first', tags: TAG })
    .input(filters)
    .output(
      z.object({
        groups: z.array(clientErrorGroup).describe(`At most ${maxErrorGroups}`),
        total: z.number().int().describe('Occurrences in the period'),
        previousTotal: z.number().int().nullable().describe('In the period before, as `previousCount` of a kind'),
        rate: z.array(z.number().int()),
        bucketMs: z.number().int(),
        since: time,
      }),
    ),

  group: routeFor('viewErrors')
    .route({
      method: 'GET',
      path: '/admin/errors/{fingerprint}',
      summary: 'One kind of error with its latest occurrences',
      tags: TAG,
    })
    .input(
      z.strictObject({
        fingerprint,
        period: period.default('7d'),
      }),
    )
    .output(
      z.object({
        group: clientErrorGroup,
        occurrences: z.array(clientErrorOccurrence).describe('At most 50, latest first'),
        bucketMs: z.number().int(),
        since: time,
      }),
    ),

  setState: routeFor('manageAlerts', 'viewErrors')
    .route({
      method: 'PUT',
      path: '/admin/errors/{fingerprint}',
      summary: 'Resolve, ignore or reopen a kind of error',
      description:
        'A resolved kind is open again once another error of it comes; an ignored one stays ignored, and counts neither as new nor for alerts.',
      tags: TAG,
    })
    .input(
      z.strictObject({
        fingerprint,
        state,
        note: z.string().trim().max(limits.reasonChars).refine(isPlainText, NOT_PLAIN).nullable().default(null),
      }),
    )
    .output(z.object({ group: clientErrorGroup })),

  export: routeFor('viewErrors')
    .route({
      method: 'GET',
      path: '/admin/errors/export',
      summary: 'Occurrences as CSV, at most 50,000',
      tags: TAG,
    })
    .input(filters)
    .output(z.file()),

  settings: routeFor('public')
    .route({
      method: 'GET',
      path: '/errors/settings',
      summary: 'Where the panel reports its errors besides here',
      tags: TAG,
    })
    .output(z.object({ sentryDsn: z.string().nullable(), environment: z.string(), version: z.string() })),
};
