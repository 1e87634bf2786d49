import { type KnownSince, readKnownSince, readVersionMarks } from '@job-manager/engine/store/metrics/known';
import type { Span } from '@job-manager/engine/store/metrics/span';
import type { Sql } from '@job-manager/engine/store/sql';
import type { MetricSeries, MetricsAnswer } from '@job-manager/shared/contract/metrics';
import { type Metric, type MetricMeasure, metricLimits, metrics } from '@job-manager/shared/metrics';
import { ALL, readFigures } from './figures.js';
import { chooseGroups, type Groups, type Subjects } from './groups.js';
import { spanBefore } from './span.js';

export interface MetricsRequest {
  measures: MetricMeasure[];
  span: Span;
  subjects: Subjects;
  compare: boolean;
}

/** The figures of a range, and of the one before where they are compared. Reads counters, samples and histograms, and no run. */
export async function readMetrics(sql: Sql, request: MetricsRequest): Promise<MetricsAnswer> {
  const { measures, span, subjects, compare } = request;
  const most = Math.max(1, Math.floor(metricLimits.series / measures.length));
  const [known, groups, marks] = await Promise.all([
    readKnownSince(sql),
    chooseGroups(sql, request, most),
    readVersionMarks(sql, span, subjects.jobNames),
  ]);
  const seriesIn = async (of: Span, ofGroups: Pick<Groups, 'names'> | null): Promise<MetricSeries[]> => {
    const readings = await readFigures(sql, measures, { span: of, subjects, groups: ofGroups, known });
    return measures.flatMap((measure) =>
      seriesOf(groups).map(({ key, ...group }) => {
        const { unit }: Metric = metrics[measure];
        const since = isoOf(sinceOf([measure], known));
        return { measure, unit, since, ...group, ...readings.figuresOf(measure, key) };
      }),
    );
  };
  const before = spanBefore(span);
  const [series, previous] = await Promise.all([
    seriesIn(span, groups),
    compare ? seriesIn(before, groups && { names: groups.names }) : null,
  ]);
  return {
    ...timesOf(span),
    stepMs: span.stepMs,
    series,
    previous: previous && { ...timesOf(before), series: previous },
    marks: marks.map(({ at, ...mark }) => ({ at: at.toISOString(), ...mark })),
    since: isoOf(sinceOf(measures, known)),
  };
}

const isoOf = (at: Date | null): string | null => at?.toISOString() ?? null;

const timesOf = ({ from, to }: Span) => ({ from: from.toISOString(), to: to.toISOString() });

function seriesOf(groups: Groups | null): { key: string | null; group: string | null; isRest: boolean }[] {
  if (groups === null) return [{ key: ALL, group: null, isRest: false }];
  const own = groups.names.map((group) => ({ key: group, group, isRest: false }));
  return groups.hasRest ? [...own, { key: null, group: null, isRest: true }] : own;
}

function sinceOf(measures: MetricMeasure[], known: KnownSince): Date | null {
  const firsts = measures.map((measure) => {
    const { source }: Metric = metrics[measure];
    return known[source.from === 'created' ? 'queue' : source.from];
  });
  const times = firsts.flatMap((at) => (at === null ? [] : [at.getTime()]));
  return times.length < firsts.length ? null : new Date(Math.max(...times));
}
