import { createRedaction } from '@job-manager/engine/queue/redaction';
import { recordAudit } from '@job-manager/engine/store/audit';
import { inChunks } from '@job-manager/engine/store/chunks';
import {
  type ClientErrorGroupRow,
  periodBegin,
  readGroup,
  readGroups,
  readPreviousTotal,
  readRate,
} from '@job-manager/engine/store/client-error-groups';
import { setClientErrorState } from '@job-manager/engine/store/client-error-states';
import {
  addClientErrors,
  type ClientErrorRow,
  type NewClientError,
  readClientErrors,
  readOccurrences,
} from '@job-manager/engine/store/client-errors';
import { keptDays } from '@job-manager/engine/store/kept-days';
import { VERSION } from '@job-manager/engine/version';
import {
  type ClientErrorGroup,
  type ClientErrorOccurrence,
  type ErrorPeriod,
  errorPeriods,
} from '@job-manager/shared/contract/errors';
import { contract } from '@job-manager/shared/contract/index';
import { implement } from '@orpc/server';
import { clean } from './client-errors/cleaning.js';
import { createIntake, createSampler } from './client-errors/intake.js';
import { auditPersonOf, type CallContext, type HttpDeps, originOf } from './context.js';
import { type CsvColumns, csvNamed, csvParts, MAX_CSV_ROWS } from './csv.js';
import { sendFile } from './download.js';
import { HttpProblem } from './problem.js';

const os = implement(contract.errors).$context<CallContext>();

const OCCURRENCES_SHOWN = 50;

/** Errors that browsers report. */
export function createErrorCalls({ pool, config }: Pick<HttpDeps, 'pool' | 'config'>) {
  const redaction = createRedaction(config.JOBS_REDACT_KEYS);
  const isAdmitted = createIntake();
  const sample = createSampler(() => performance.now());

  const readOne = async (fingerprint: string, period: ErrorPeriod) => {
    const since = await periodBegin(pool, errorPeriods[period]);
    const group = await readGroup(pool, fingerprint, { since, ...errorPeriods[period] });
    if (!group) throw UNKNOWN;
    return { group: presentGroup(group, period), since };
  };

  return os.router({
    report: os.report.handler(async ({ input, context }) => {
      const { ip, userAgent } = originOf(context.req);
      const kept: NewClientError[] = [];
      let accepted = 0;
      for (const report of input.errors) {
        if (!(await isAdmitted(ip))) continue;
        accepted += 1;
        const error = clean(report, redaction);
        const count = sample(error.fingerprint, error.count);
        if (count > 0) kept.push({ ...error, count });
      }
      const userId = context.identity?.user?.id ?? null;
      if (kept.length > 0) await addClientErrors(pool, kept, { userAgent, userId, version: VERSION });
      return { accepted };
    }),

    groups: os.groups.handler(async ({ input: { period, ...filters } }) => {
      const { bucketMs } = errorPeriods[period];
      const since = await periodBegin(pool, errorPeriods[period]);
      const [groups, buckets, previousTotal] = await Promise.all([
        readGroups(pool, { ...filters, since }, errorPeriods[period]),
        readRate(pool, { ...filters, since }, bucketMs),
        readPreviousTotal(pool, { ...filters, since }, errorPeriods[period].ms),
      ]);
      const rate = rateOf(buckets, period);
      return {
        groups: groups.map((group) => presentGroup(group, period)),
        total: rate.reduce((sum, count) => sum + count, 0),
        previousTotal: knowsBefore(period) ? previousTotal : null,
        rate,
        bucketMs,
        since: since.toISOString(),
      };
    }),

    group: os.group.handler(async ({ input: { fingerprint, period } }) => {
      const [{ group, since }, occurrences] = await Promise.all([
        readOne(fingerprint, period),
        readOccurrences(pool, fingerprint, OCCURRENCES_SHOWN),
      ]);
      return {
        group,
        occurrences: occurrences.map(presentOccurrence),
        bucketMs: errorPeriods[period].bucketMs,
        since: since.toISOString(),
      };
    }),

    setState: os.setState.handler(async ({ input: { fingerprint, ...change }, context }) => {
      if (!(await setClientErrorState(pool, fingerprint, change, auditPersonOf(context)))) throw UNKNOWN;
      return { group: (await readOne(fingerprint, '7d')).group };
    }),

    export: os.export.handler(async ({ input, context }) => {
      const { period, ...filters } = input;
      const since = await periodBegin(pool, errorPeriods[period]);
      const chunks = inChunks(MAX_CSV_ROWS, (page) => readClientErrors(pool, { ...filters, since }, page));
      const file = csvNamed('errors');
      const entry = { ...auditPersonOf(context), action: 'errors.export' as const, target: file.name };
      const note = (rows: number) => recordAudit(pool, { ...entry, details: { ...input, rows } });
      return sendFile(context.res, file, csvParts(COLUMNS, chunks, note));
    }),

    settings: os.settings.handler(() => ({
      sentryDsn: config.SENTRY_DSN ?? null,
      environment: process.env.NODE_ENV || 'production',
      version: VERSION,
    })),
  });
}

const UNKNOWN = new HttpProblem('UNKNOWN_ERROR', 'Nothing of this kind is kept; old errors are removed.');

/** Whether errors are kept for as long as this period and the one before. */
const knowsBefore = (period: ErrorPeriod): boolean => 2 * errorPeriods[period].ms <= keptDays.clientErrors * 86_400_000;

/** Occurrences per bucket, those without any included. */
function rateOf(buckets: Record<string, number>, period: ErrorPeriod): number[] {
  const { ms, bucketMs } = errorPeriods[period];
  return Array.from({ length: ms / bucketMs }, (_, bucket) => buckets[bucket] ?? 0);
}

const presentGroup = (
  { firstSeenAt, lastSeenAt, stateAt, cameBackAt, ...row }: ClientErrorGroupRow,
  period: ErrorPeriod,
): ClientErrorGroup => ({
  ...row,
  previousCount: knowsBefore(period) ? row.previousCount : null,
  stateAt: stateAt?.toISOString() ?? null,
  cameBackAt: cameBackAt?.toISOString() ?? null,
  firstSeenAt: firstSeenAt.toISOString(),
  lastSeenAt: lastSeenAt.toISOString(),
  rate: rateOf(row.rate, period),
});

const presentOccurrence = (row: ClientErrorRow): ClientErrorOccurrence => ({
  id: row.id,
  at: row.at.toISOString(),
  message: row.message,
  stack: row.stack,
  component: row.component,
  jobName: row.jobName,
  jobRunId: row.jobRunId,
  parameters: row.parameters,
  url: row.url,
  userAgent: row.userAgent,
  user: row.userEmail,
  version: row.version,
  count: row.count,
});

const COLUMNS: CsvColumns<ClientErrorRow> = {
  id: (row) => row.id,
  at: (row) => row.at.toISOString(),
  fingerprint: (row) => row.fingerprint,
  level: (row) => row.level,
  message: (row) => row.message,
  count: (row) => row.count,
  action: (row) => row.action,
  component: (row) => row.component,
  page: (row) => row.path,
  url: (row) => row.url,
  user: (row) => row.userEmail,
  job: (row) => row.jobName,
  run: (row) => row.jobRunId,
  parameters: (row) => (row.parameters === null ? null : JSON.stringify(row.parameters)),
  userAgent: (row) => row.userAgent,
  version: (row) => row.version,
  stack: (row) => row.stack,
};
