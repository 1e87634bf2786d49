import { HISTOGRAMS, type PrometheusHistogram, shownBounds } from '@job-manager/engine/queue/published-histograms';
import { type HistogramStep, readHistograms } from '@job-manager/engine/store/histograms';
import { HOUR_MS } from '@job-manager/engine/store/metrics/span';
import type { Sql } from '@job-manager/engine/store/sql';

/** Histograms by job in the text format of Prometheus. Reads no run. */
export async function readPrometheusHistograms(sql: Sql): Promise<string> {
  const steps = await readToday(sql);
  return HISTOGRAMS.map((one) =>
    formatHistogram(
      one,
      steps.filter(({ measure }) => measure === one.measure),
    ),
  ).join('\n');
}

async function readToday(sql: Sql): Promise<HistogramStep[]> {
  const { rows } = await sql.query<{ jobs: string[]; from: Date; to: Date }>(
    `SELECT date_trunc('day', now, 'UTC') AS from, date_trunc('hour', now, 'UTC') + interval '1 hour' AS to,
       ARRAY(SELECT DISTINCT "jobName"::text FROM "JobRunHistogram" WHERE step = 'HOUR' AND at >= date_trunc('day', now, 'UTC') AND "jobName" <> '') AS jobs
     FROM (SELECT clock_timestamp() AS now) clock`,
  );
  const [today] = rows;
  if (!today || today.jobs.length === 0) return [];
  const { jobs, ...range } = today;
  // One step, however many hours of the day have gone by.
  const span = { ...range, stepMs: 23 * HOUR_MS };
  return readHistograms(sql, {
    span,
    measures: HISTOGRAMS.map(({ measure }) => measure),
    jobNames: jobs,
    groups: jobs,
  });
}

function formatHistogram({ name, help }: PrometheusHistogram, steps: HistogramStep[]): string {
  const byJob = new Map<string, HistogramStep[]>();
  for (const step of steps) byJob.set(step.group ?? '', [...(byJob.get(step.group ?? '') ?? []), step]);
  const lines = [...byJob].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([job, parts]) => linesOf(name, job, parts));
  return [`# HELP ${name} ${help}; reset each day at midnight UTC`, `# TYPE ${name} histogram`, ...lines].join('\n');
}

function linesOf(name: string, job: string, parts: HistogramStep[]): string[] {
  const sumOf = (value: (step: HistogramStep) => number) => parts.reduce((sum, step) => sum + value(step), 0);
  const label = `job="${escapeLabel(job)}"`;
  const lines = shownBounds.map(({ bound, index }) => {
    const upTo = sumOf(({ buckets }) => buckets.slice(0, index + 1).reduce((sum, count) => sum + count, 0));
    return `${name}_bucket{${label},le="${Number((bound / 1_000).toPrecision(4))}"} ${upTo}`;
  });
  const all = sumOf(({ buckets }) => buckets.reduce((sum, count) => sum + count, 0));
  return [
    ...lines,
    `${name}_bucket{${label},le="+Inf"} ${all}`,
    `${name}_sum{${label}} ${sumOf(({ total }) => total) / 1_000}`,
    `${name}_count{${label}} ${all}`,
  ];
}

/** As the text format of Prometheus has it. */
const escapeLabel = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
