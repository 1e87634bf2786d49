import { readBusiestChannels } from '@job-manager/engine/store/metrics/channel-ended';
import type { CountedStatus, CountStep } from '@job-manager/engine/store/metrics/counted';
import { readBusiestCounts } from '@job-manager/engine/store/metrics/counts';
import { type QueueFigure, type QueueStep, readFullestQueues } from '@job-manager/engine/store/metrics/queue';
import type { Span } from '@job-manager/engine/store/metrics/span';
import type { Sql } from '@job-manager/engine/store/sql';
import { type Metric, type MetricMeasure, type MetricSubject, metrics } from '@job-manager/shared/metrics';

/** What figures are of. */
export interface Subjects {
  /** Null for all. */
  jobNames: string[] | null;
  channels: string[] | null;
  /** Of runners; absent for all. */
  region?: string;
  groupBy: Exclude<MetricSubject, 'region'> | null;
}

/** The groups that have series of their own, the largest first, and whether there are others. */
export interface Groups {
  names: string[];
  hasRest: boolean;
  /** What was read to find the largest, which needn't be read again for the same range. */
  counts?: CountStep[];
  queue?: QueueStep[];
}

/** Null where nothing is grouped. Largest is what has most of the measures. */
export async function chooseGroups(
  sql: Sql,
  { measures, span, subjects }: { measures: MetricMeasure[]; span: Span; subjects: Subjects },
  most: number,
): Promise<Groups | null> {
  const { jobNames, channels, groupBy } = subjects;
  if (groupBy === null) return null;
  if (groupBy === 'channel') {
    if (measures.every((measure) => (metrics[measure] as Metric).source.from === 'channels')) {
      const all = await readBusiestChannels(sql, { span, channels });
      const hasRest = all.length > most;
      return { names: hasRest ? all.slice(0, most - 1) : all, hasRest };
    }
    const { steps, ...groups } = await readFullestQueues(
      sql,
      { span, channels, figures: queueFiguresOf(measures) },
      most,
    );
    return { ...groups, queue: steps };
  }
  const { steps, ...groups } = await readBusiestCounts(sql, { span, jobNames, statuses: statusesOf(measures) }, most);
  return { ...groups, counts: steps };
}

const ALL_STATUSES = ['SUCCESS', 'FAILED', 'CANCELLED'] as const;
const STATUSES = {
  completed: ['SUCCESS'],
  failed: ['FAILED'],
  cancelled: ['CANCELLED'],
  failureRate: ['SUCCESS', 'FAILED'],
} as const satisfies Record<string, readonly CountedStatus[]>;

/** The states of ended runs that are counted for these measures; all where a measure is of something else. */
export function statusesOf(measures: readonly MetricMeasure[]): CountedStatus[] {
  const wanted = measures.flatMap((measure): readonly CountedStatus[] => {
    const { source } = metrics[measure];
    return source.from === 'counts' ? STATUSES[source.of] : ALL_STATUSES;
  });
  return [...new Set(wanted)];
}

/** What samples of the queue are read for, by these measures. */
export function queueFiguresOf(measures: readonly MetricMeasure[]): QueueFigure[] {
  return measures.flatMap((measure): QueueFigure[] => {
    const { source } = metrics[measure];
    return source.from === 'queue' ? [source.of] : [];
  });
}
