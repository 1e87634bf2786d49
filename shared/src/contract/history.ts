import * as z from 'zod';
import { limits } from '../limits.js';
import { jobRunTriggers, type TerminalStatus, terminalStatuses } from '../run.js';
import { fingerprint } from './fingerprint.js';
import { isoTime } from './iso-time.js';
import { runId } from './run-id.js';

const text = (max: number) => z.string().min(1).max(max);
const ms = z.coerce.number().int().min(0).max(limits.farMs);

/** Fields of the filter that `not` can turn round. */
const negatable = ['jobName', 'status', 'trigger', 'channel'] as const;
const NOT = new RegExp(`^(?:${negatable.join('|')})(?:,(?:${negatable.join('|')}))*$`);

const ENDS = terminalStatuses.join('|');
const STATUSES = new RegExp(`^(?:${ENDS})(?:,(?:${ENDS}))*$`);
const MAX_JOBS = 20;

/** Names with commas between as a list; a name that has commas itself is one of them. */
export const namesIn = (text: string): string[] => (text.includes(',') ? [...text.split(','), text] : [text]);
/** The same of statuses. */
export const statusesIn = (text: string): TerminalStatus[] =>
  // As the filter reads them.
  [...new Set(text.split(','))] as TerminalStatus[];

/** Which of the ended runs; all that is given must hold. */
export const historyFilter = {
  jobName: text(MAX_JOBS * 100)
    .refine((names) => names.split(',').length <= MAX_JOBS, `must be at most ${MAX_JOBS} names`)
    .refine((names) => names.split(',').every(({ length }) => length <= 100), 'must be names of at most 100 characters')
    .optional()
    .describe('A job, or several with commas between'),
  status: z
    .string()
    .regex(STATUSES, `must be some of ${terminalStatuses.join(', ')}, with commas between`)
    .optional()
    .describe(`Some of ${terminalStatuses.join(', ')}, with commas between`),
  from: isoTime.optional().describe('Finished at this moment or later'),
  to: isoTime.optional().describe('Finished before this moment'),
  cause: fingerprint.optional().describe('Failed of this cause, by its fingerprint of `GET /admin/jobs/failures`'),
  trigger: z.enum(jobRunTriggers).optional(),
  channel: text(100).optional(),
  not: z
    .string()
    .regex(NOT, `must be some of ${negatable.join(', ')}, with commas between`)
    .optional()
    .describe('Which of these fields must not be as given, such as `jobName,status`'),
  by: text(254)
    .optional()
    .describe('Who started it: the e-mail of a person, `token` and the name of a token, or `system`'),
  scheduleId: z.uuid().optional(),
  batchId: runId.optional(),
  tookMinMs: ms.optional(),
  tookMaxMs: ms.optional(),
  waitedMinMs: ms.optional(),
  waitedMaxMs: ms.optional(),
  attemptsMin: z.coerce.number().int().min(1).max(limits.attempts).optional(),
  has: z.enum(['warnings', 'errors']).optional().describe('Wrote such messages'),
  runner: text(211).optional().describe('Executed by a runner of this name, `host:pid`'),
  region: text(100).optional().describe('Executed by a runner with this label `region`'),
  correlationId: text(limits.correlationChars).optional(),
  scope: text(200).optional(),
  param: z
    .string()
    .max(500)
    .regex(/^[^=]{1,200}=/, 'must be a name, `=` and a value')
    .optional()
    .describe('A parameter has this value: `userId=8`, or `address.city=Ghent` within objects'),
  text: text(200).optional().describe('Stands in the error or the scope, in either case'),
  version: text(50).optional().describe('The algorithm version of the job'),
} as const;

const schema = z.strictObject(historyFilter);
export type HistoryFilterInput = z.infer<typeof schema>;

/** Fields by which the history is found without reading runs: their pages have numbers, and their totals are exact. */
export const countedFields = ['jobName', 'status', 'from', 'to', 'cause'] as const;

/** Whether pages of a filter are found by reading runs rather than by counters. */
export const isWalked = (filter: HistoryFilterInput): boolean =>
  Object.entries(filter).some(
    ([name, value]) => value !== undefined && !(countedFields as readonly string[]).includes(name),
  );
