import { createRedaction } from '@job-manager/engine/queue/redaction';
import { readHistoryJobNames } from '@job-manager/engine/store/history';
import {
  type JobActivityRow,
  readJobActivity,
  readQueuedJobs,
  readRecentParameters,
  readUnderWay,
  readUsual,
} from '@job-manager/engine/store/job-activity';
import { readPlannedWaiting } from '@job-manager/engine/store/run';
import { type ActivityRange, activityRanges } from '@job-manager/shared/contract/definitions';
import { contract } from '@job-manager/shared/contract/index';
import { implement } from '@orpc/server';
import { readJobCounts, readJobTimes } from '../metrics/job-times.js';
import { hideSecrets } from '../present/secrets.js';
import { presentPlannedWaiting } from '../present/waiting.js';
import { cachedFor } from './cached-for.js';
import type { CallContext, HttpDeps } from './context.js';
import { hasCodeIn } from './present-queued.js';

const os = implement(contract.definitions).$context<CallContext>();

/** Facts about jobs beside what their code declares. */
export function createDefinitionCalls({ pool, registry, queue, config }: HttpDeps) {
  const redaction = createRedaction(config.JOBS_REDACT_KEYS);
  const readNames = async () => {
    const offered = new Set(registry.definitions().map(({ name }) => name));
    return { offered, names: [...new Set([...offered, ...(await readHistoryJobNames(pool))])].slice(0, MAX_JOBS) };
  };
  const usual = cachedFor(FRESH_MS, async () => readUsual(pool, (await readNames()).names));
  const times = keptPerRange(
    (range) => async () => readJobTimes(pool, (await readNames()).names, { range, now: new Date() }),
  );
  return os.router({
    activity: os.activity.handler(async ({ input: { range } }) => {
      const [{ offered, names }, queued] = await Promise.all([readNames(), readQueuedJobs(pool)]);
      const here = registry.names();
      const gone = new Set(
        queued.flatMap(({ jobName, hasCode }) => (hasCode || here.includes(jobName) ? [] : [jobName])),
      );
      const all = [...new Set([...names, ...gone])].slice(0, MAX_JOBS);
      const [{ jobs, since }, timesOf] = await Promise.all([readActivity(pool, all, range), times[range]()]);
      const present = (row: JobActivityRow) => ({
        ...presentActivity(row, offered.has(row.jobName)),
        ...timesOf(row.jobName),
        isGone: gone.has(row.jobName),
      });
      return { jobs: jobs.map(present), since: since.toISOString() };
    }),

    usual: os.usual.handler(async () => ({ jobs: await usual() })),

    recent: os.recent.handler(async ({ input }) => {
      const rows = await readRecentParameters(pool, input.jobName);
      return {
        recent: rows.map(({ finishedAt, parameters, ...row }) => ({
          ...row,
          finishedAt: finishedAt.toISOString(),
          parameters: hideSecrets(parameters, redaction),
        })),
      };
    }),

    check: os.check.handler(async ({ input: { jobName, parameters, channel, priority } }) => {
      const definition = registry.definitions().find(({ name }) => name === jobName);
      const planned = definition && {
        jobName,
        channel: channel ?? definition.channel,
        priority: priority ?? definition.priority,
      };
      const [issues, underWay, facts] = await Promise.all([
        queue.jobs.check(jobName, parameters),
        readUnderWay(pool, jobName, parameters),
        planned && readPlannedWaiting(pool, planned),
      ]);
      return {
        issues,
        waiting: planned && facts ? presentPlannedWaiting(planned, facts, hasCodeIn(registry)) : null,
        underWay: underWay.map(({ queuedAt, startedAt, ...row }) => ({
          ...row,
          queuedAt: queuedAt.toISOString(),
          startedAt: startedAt?.toISOString() ?? null,
        })),
      };
    }),
  });
}

const MAX_JOBS = 1_000;
/** Usual durations change slowly, and the query reads 200 runs of each job. */
const FRESH_MS = 60_000;
const TIMES_FRESH_MS = 10_000;

const keptPerRange = <T>(readOf: (range: ActivityRange) => () => Promise<T>) =>
  Object.fromEntries(activityRanges.map((range) => [range, cachedFor(TIMES_FRESH_MS, readOf(range))])) as Record<
    ActivityRange,
    () => Promise<T>
  >;

/** The activity of a day, with what ended in the range instead. */
async function readActivity(sql: HttpDeps['pool'], jobNames: string[], range: ActivityRange) {
  const ofDay = readJobActivity(sql, jobNames);
  if (range === '24h') return ofDay;
  const [{ jobs }, { countsOf, since }] = await Promise.all([
    ofDay,
    readJobCounts(sql, jobNames, { range, now: new Date() }),
  ]);
  return { jobs: jobs.map((row) => ({ ...row, ...countsOf(row.jobName) })), since };
}

function presentActivity(
  { lastRunId, lastStatus, lastFinishedAt, nextDueAt, since: _, meanMs: __, ...row }: JobActivityRow,
  hasCode: boolean,
) {
  const hasEnded = lastRunId !== null && lastStatus !== null && lastFinishedAt !== null;
  return {
    ...row,
    hasCode,
    lastRun: hasEnded ? { id: lastRunId, status: lastStatus, finishedAt: lastFinishedAt.toISOString() } : null,
    nextDueAt: nextDueAt?.toISOString() ?? null,
  };
}
