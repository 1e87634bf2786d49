import type { MetricSeries } from '@job-manager/shared/contract/metrics';
import { type MetricMeasure, metrics } from '@job-manager/shared/metrics';
import { HttpResponse, http } from 'msw';

const HOUR = 3_600_000;
const FROM = Date.UTC(2026, 10, 22, 9);
const STEPS = 4;

/** Values of four hours, and what they and those of the period before come to. */
export type SomeMetrics = Partial<
  Record<MetricMeasure, { points: (number | null)[]; total: number; before?: number; since?: string }>
>;

/** Answers for figures over time from 2026-11-22 09:00 UTC on; `onQuery` receives each query. */
export const serveMetrics = (
  values: () => SomeMetrics,
  onQuery: (query: Record<string, string>) => void = () => {},
  marks: { at: string; jobName: string; version: string }[] = [],
) =>
  http.get('/api/admin/jobs/metrics', ({ request }) => {
    const query = Object.fromEntries(new URL(request.url).searchParams);
    onQuery(query);
    const measures = (query.measures ?? '').split(',') as MetricMeasure[];
    const period = (from: number, isBefore: boolean) => ({
      ...{ from: isoOf(from), to: isoOf(from + STEPS * HOUR) },
      series: measures.flatMap((measure) => {
        const of = values()[measure];
        if (!of) return [];
        return [
          isBefore
            ? seriesOf(measure, [7, 7, 7, 7], of.before ?? 28)
            : seriesOf(measure, of.points, of.total, of.since),
        ];
      }),
    });
    return HttpResponse.json({
      ...period(FROM, false),
      ...{ stepMs: HOUR, since: isoOf(FROM), marks },
      previous: query.compare === 'true' ? period(FROM - STEPS * HOUR, true) : null,
    });
  });

const isoOf = (ms: number): string => new Date(ms).toISOString();

const seriesOf = (
  measure: MetricMeasure,
  points: (number | null)[],
  total: number,
  since = isoOf(FROM),
): MetricSeries => ({
  ...{ measure, unit: metrics[measure].unit, group: null, isRest: false, stepMs: HOUR, since, points, total },
});
