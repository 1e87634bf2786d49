import { collectRecentCauses } from '@job-manager/engine/queue/maintenance/causes';
import { DAY_MS, HOUR_MS, type Span } from '@job-manager/engine/store/metrics/span';
import { failureRanges } from '@job-manager/shared/contract/failures';
import { contract } from '@job-manager/shared/contract/index';
import { bucketBounds } from '@job-manager/shared/histogram';
import { implement } from '@orpc/server';
import { presentVerdict, readFailureCauses, withChannels } from '../metrics/failure-causes.js';
import { readSpread, readSpreadOf, type Spread } from '../metrics/figures.js';
import { readJobFigures } from '../metrics/job-figures.js';
import { checkChannels, checkJobs, type NameSources, UnknownName } from '../metrics/known-names.js';
import { withMutes } from '../metrics/muted-causes.js';
import { readMetrics } from '../metrics/read-metrics.js';
import { readSpan, requestOf } from '../metrics/request.js';
import { RangeProblem } from '../metrics/span.js';
import { actorOf, type CallContext, type HttpDeps } from './context.js';
import { createKeyedCache } from './keyed-cache.js';
import { HttpProblem } from './problem.js';
import type { ReadPulse } from './pulse.js';

const os = implement(contract.metrics).$context<CallContext>();

const FRESH_MS = { day: 10_000, longer: 60_000 };

/** Figures over time. */
export function createMetricsCalls(
  { pool, registry, queue }: Pick<HttpDeps, 'pool' | 'registry' | 'queue'>,
  { pulse }: { pulse: ReadPulse },
) {
  const cached = createKeyedCache();
  /** Of causes, made here: answers of before are not given any more. */
  let changes = 0;
  const freshFor = ({ from, to }: Span) => (to.getTime() - from.getTime() <= DAY_MS ? FRESH_MS.day : FRESH_MS.longer);

  const sources: NameSources = { sql: pool, registry, queue };
  const known = (jobs: string[], channels: string[] = []) =>
    Promise.all([checkJobs(sources, jobs), checkChannels(sources, channels)]).catch((error: unknown) => {
      throw error instanceof UnknownName ? refusalOf(error) : error;
    });

  return os.router({
    metrics: os.metrics.handler(async ({ input }) => {
      const request = refusing(() => requestOf(input, Date.now()));
      return cached(JSON.stringify(request), freshFor(request.span), async () => {
        await known(input.jobName ?? [], input.channel);
        return readMetrics(pool, request);
      });
    }),

    byJob: os.byJob.handler(async ({ input: { from, to, compare } }) => {
      const span = refusing(() => readSpan({ from, to, finestMs: HOUR_MS }, Date.now()));
      return cached(JSON.stringify(['byJob', span, compare]), freshFor(span), async () => ({
        ...{ from: span.from.toISOString(), to: span.to.toISOString() },
        ...(await readJobFigures(pool, span, compare)),
      }));
    }),

    failures: os.failures.handler(async ({ input: { range, jobName = null, state = null, limit } }) => {
      const key = JSON.stringify(['failures', changes, range, jobName, state, limit]);
      const answer = await cached(key, FRESH_MS.day, async () => {
        await known(jobName === null ? [] : [jobName]);
        await collectRecentCauses(pool);
        const since = new Date(Date.now() - failureRanges[range]);
        return withChannels(pool, await readFailureCauses(pool, { since, jobName, state, limit }));
      });
      return { ...answer, failures: await withMutes(pool, answer.failures) };
    }),

    setFailure: os.setFailure.handler(async ({ input: { fingerprint, ...change }, context }) => {
      const verdict = await queue.jobs.setCause(fingerprint, change, actorOf(context));
      changes += 1;
      return { fingerprint, ...presentVerdict(verdict) };
    }),

    pulse: os.pulse.handler(({ input: { minutes } }) => pulse(minutes)),

    histogram: os.histogram.handler(async ({ input: { jobName = '', measure, from, to } }) => {
      const span = refusing(() => readSpan({ from, to, finestMs: HOUR_MS }, Date.now()));
      const unit = measure === 'memory' ? ('KiB' as const) : ('ms' as const);
      return cached(JSON.stringify([jobName, measure, span]), freshFor(span), async () => {
        await known(jobName === '' ? [] : [jobName]);
        const spread = await readSpreadOf(pool, span, measure, jobName);
        return { from: span.from.toISOString(), to: span.to.toISOString(), unit, ...presentSpread(spread) };
      });
    }),
  });
}

const refusalOf = ({ field, message }: UnknownName): HttpProblem =>
  new HttpProblem(field === 'jobName' ? 'UNKNOWN_JOB' : 'INVALID_INPUT', message, { field });

/** The request of a call; an invalid range or filter is refused with its field. */
function refusing<Read>(read: () => Read): Read {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RangeProblem)) throw error;
    throw new HttpProblem('INVALID_INPUT', `${error.field}: ${error.message}`, { field: error.field });
  }
}

function presentSpread(spread: Spread | null) {
  const { runs, total, max, buckets } = spread ?? { runs: 0, total: 0, max: 0, buckets: [] };
  const all = buckets.map((count, index) => ({
    above: index === 0 ? 0 : (bucketBounds[index - 1] ?? 0),
    upTo: index === buckets.length - 1 ? Math.max(max, bucketBounds[index] ?? 0) : (bucketBounds[index] ?? 0),
    runs: count,
  }));
  const has = ({ runs: count }: { runs: number }) => count > 0;
  const percentile = (read: 'p50' | 'p95' | 'p99') => (spread ? readSpread(spread, read) : null);
  return {
    ...{ runs, total, max, p50: percentile('p50'), p95: percentile('p95'), p99: percentile('p99') },
    buckets: all.slice(all.findIndex(has), all.findLastIndex(has) + 1),
  };
}
