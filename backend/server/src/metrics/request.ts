import { HOUR_MS, type Span } from '@job-manager/engine/store/metrics/span';
import type { MetricsQuery } from '@job-manager/shared/contract/metrics';
import { type Metric, type MetricMeasure, metrics } from '@job-manager/shared/metrics';
import type { Subjects } from './groups.js';
import type { MetricsRequest } from './read-metrics.js';
import { RangeProblem, type RangeRequest, spanOf } from './span.js';

/** What a call requests, as it is read. Throws RangeProblem for a range or a filter that its measures can't have. */
export function requestOf(query: MetricsQuery, now: number): MetricsRequest {
  const { measures, jobName = null, channel = null, region, groupBy = null, compare } = query;
  const subjects: Subjects = { jobNames: jobName, channels: channel, region, groupBy };
  checkSubjects(measures, subjects);
  const hasHistogram = measures.some((measure) => (metrics[measure] as Metric).source.from === 'histogram');
  return { measures, span: readSpan(query, now, hasHistogram), subjects, compare };
}

/** The range in steps. Figures kept by whole hours begin at a whole hour, for every step. Throws RangeProblem. */
export function readSpan(range: RangeRequest, now: number, isByHour = false): Span {
  const span = spanOf(range, now);
  if (!isByHour || span.stepMs >= HOUR_MS || span.from.getTime() % HOUR_MS === 0) return span;
  return spanOf({ ...range, from: new Date(Math.floor(span.from.getTime() / HOUR_MS) * HOUR_MS).toISOString() }, now);
}

/** A measure that a filter does not apply to would be returned unchanged, as if it had been filtered. */
function checkSubjects(measures: MetricMeasure[], { jobNames, channels, region, groupBy }: Subjects): void {
  const wanted = [
    ['jobName', jobNames && 'job'],
    ['channel', channels && 'channel'],
    ['region', region === undefined ? null : 'region'],
    ['groupBy', groupBy],
  ] as const;
  for (const [field, by] of wanted) {
    const misfit = measures.find((measure) => by !== null && metrics[measure].by !== by);
    if (misfit === undefined) continue;
    const { by: known }: Metric = metrics[misfit];
    const what = known === null ? 'of the whole alone' : `by ${known} alone`;
    throw new RangeProblem(field, `${misfit} is known ${what}`);
  }
}
