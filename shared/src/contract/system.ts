import * as z from 'zod';
import { alertSeverities } from '../alert-rules.js';
import { systemComponents, systemEventKinds, systemEventSeverities } from '../system-components.js';
import { verdicts } from './health.js';
import { routeFor } from './policy.js';

const TAG = ['Health and recovery'];
const time = z.iso.datetime();

export const systemComponent = z.object({
  id: z.enum(systemComponents),
  status: z.enum(verdicts).describe('The worst of its reasons and of its open incidents'),
  figure: z.string().describe('Its most important figure, as a text'),
  since: time.nullable().describe('When the oldest of its open incidents opened; null where none is open'),
  reasons: z.array(z.object({ severity: z.enum(alertSeverities), code: z.string(), message: z.string() })),
  incidents: z
    .array(z.object({ id: z.string(), severity: z.enum(alertSeverities), title: z.string(), openedAt: time }))
    .describe('Open ones, the worst first'),
  lastIncident: z.object({ id: z.string(), openedAt: time }).nullable(),
  days: z
    .array(z.enum(verdicts).nullable())
    .describe('The worst incident of each of the last 90 days in UTC, today last; null where no server was sampled'),
  upPercent: z.number().nullable().describe('Part of those days without a critical incident'),
});
export type SystemComponent = z.infer<typeof systemComponent>;

export const systemEvent = z.object({
  id: z.string(),
  at: time,
  kind: z.enum(systemEventKinds),
  severity: z.enum(systemEventSeverities),
  message: z.string(),
  incidentId: z.string().nullable(),
  runnerId: z.string().nullable(),
});
export type SystemEvent = z.infer<typeof systemEvent>;

/** The time and the id of an event. */
function isPlaceOfPage(text: string): boolean {
  const [, at = ''] = /^([12]\d{3}-\S+) [\w-]{1,80}$/.exec(text) ?? [];
  const ms = Date.parse(at);
  return !Number.isNaN(ms) && new Date(ms).toISOString() === at;
}

/** How each part of the installation does, and what happened to it. */
export const system = {
  status: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/system',
      summary: 'Each part of the installation: its state, since when, and its last 90 days; at most 10 s old',
      tags: TAG,
    })
    .output(
      z.object({
        verdict: z.enum(verdicts),
        verdictSince: time.nullable().describe('Since when the verdict has been that, to a minute; null where unknown'),
        firstDay: z.iso.date().describe('Of the 90 days'),
        api: z.object({
          p95Ms: z.number().nullable().describe('Of the last minute'),
          points: z.array(z.number().nullable()).describe('The same of each minute of the last hour'),
        }),
        incidents: z.object({ open: z.int(), critical: z.int(), lastDay: z.int().describe('Opened within 24 hours') }),
        deliveries: z
          .object({ sent: z.int(), failed: z.int(), waiting: z.int() })
          .describe('Messages of alerts within 24 hours'),
        components: z.array(systemComponent),
        checkedAt: time,
      }),
    ),

  events: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/system/events',
      summary: 'What happened to the installation, the newest first',
      tags: TAG,
    })
    .input(
      z.strictObject({
        kind: z.enum(systemEventKinds).optional(),
        before: z.string().max(120).refine(isPlaceOfPage, 'must be the `next` of another answer').optional(),
        limit: z.coerce.number().int().min(1).max(100).default(50),
      }),
    )
    .output(
      z.object({ events: z.array(systemEvent), next: z.string().nullable().describe('`before` of the next page') }),
    ),
};
