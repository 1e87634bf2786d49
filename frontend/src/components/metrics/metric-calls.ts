import { metricsCalls } from '@job-manager/shared/contract/metrics';
import type { MetricMeasure } from '@job-manager/shared/metrics';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { createClient } from '../../api/client';
import { serverNow } from '../../api/server-clock';
import { boundsOf, type TimeRange } from '../../lib/time-range';

/** The calls about figures over time, loaded with the pages that draw them. */
const { metrics: calls } = createClient({ metrics: metricsCalls });

/** Of all answers. */
export const metricsKey = ['metrics'] as const;

export interface MetricsQuestion {
  measures: readonly MetricMeasure[];
  range: TimeRange;
  /** In milliseconds; by the range where it is not given. */
  stepMs?: number;
  jobName?: string;
  channel?: string;
  /** With the period of the same length before. */
  isCompared?: boolean;
  /** A series for each of the largest, and one for the rest. */
  groupBy?: 'job';
}

/** Figures over time; those of a range that ends now move on with each time they are read. */
export const metricsQuery = ({
  measures,
  range,
  stepMs,
  jobName,
  channel,
  isCompared = false,
  groupBy,
}: MetricsQuestion) =>
  queryOptions({
    queryKey: [...metricsKey, measures, range, stepMs, jobName, channel, isCompared, groupBy],
    queryFn: ({ signal }) =>
      calls.metrics(
        {
          measures: measures.join(','),
          ...boundsOf(range, serverNow()),
          step: stepMs,
          jobName,
          channel,
          groupBy,
          compare: isCompared ? 'true' : 'false',
        },
        { signal },
      ),
    placeholderData: keepPreviousData,
  });

/** What each job did over a range that ends now. */
export const byJobQuery = (range: TimeRange, isCompared: boolean) =>
  queryOptions({
    queryKey: [...metricsKey, 'byJob', range, isCompared],
    queryFn: ({ signal }) =>
      calls.byJob({ ...boundsOf(range, serverNow()), compare: isCompared ? 'true' : 'false' }, { signal }),
    placeholderData: keepPreviousData,
  });

/** How long successful runs of a job took, by buckets, over a range that ends now. */
export const tookQuery = (jobName: string, range: TimeRange) =>
  queryOptions({
    queryKey: [...metricsKey, 'took', jobName, range],
    queryFn: ({ signal }) =>
      calls.histogram({ jobName, measure: 'duration', ...boundsOf(range, serverNow()) }, { signal }),
    placeholderData: keepPreviousData,
  });

export const { setFailure } = calls;
export const failuresKey = ['failures'];

type FailuresQuestion = Parameters<typeof calls.failures>[0];

/** Why runs failed, by cause. */
export const failuresQuery = (question: FailuresQuestion) =>
  queryOptions({
    queryKey: [...failuresKey, question],
    queryFn: ({ signal }) => calls.failures(question, { signal }),
    placeholderData: keepPreviousData,
  });
