import { bucketBounds, type HistogramMeasure } from '@job-manager/shared/histogram';
import type { ChannelEnded } from '../store/channel-ended.js';
import { type HistogramStep, readHistograms } from '../store/histograms.js';
import { readChannelTotals } from '../store/metrics/channel-ended.js';
import { type ChannelNow, readChannelsNow } from '../store/metrics/queue.js';
import { HOUR_MS } from '../store/metrics/span.js';
import type { Sql } from '../store/sql.js';

/** Of the 64 buckets every fourth bound: Prometheus keeps a series for each. */
const EVERY = 4;

const HISTOGRAMS: { name: string; measure: HistogramMeasure; help: string }[] = [
  {
    name: 'job_manager_run_duration_seconds',
    measure: 'duration',
    help: 'How long successful runs took, by job; counted anew each day at midnight UTC',
  },
  {
    name: 'job_manager_run_wait_seconds',
    measure: 'wait',
    help: 'How long runs waited for their first start, by job; counted anew each day at midnight UTC',
  },
];

/** Histograms by job and the last sample of each channel, in the text format of Prometheus. Reads no run. */
export async function readPrometheusFigures(sql: Sql): Promise<string> {
  const [steps, channels, ended] = await Promise.all([readToday(sql), readChannelsNow(sql), readChannelTotals(sql)]);
  const histograms = HISTOGRAMS.map((one) =>
    formatHistogram(
      one,
      steps.filter(({ measure }) => measure === one.measure),
    ),
  );
  return [...histograms, ...formatChannels(channels), ...formatEnded(ended)].join('\n');
}

async function readToday(sql: Sql): Promise<HistogramStep[]> {
  const { rows } = await sql.query<{ jobs: string[]; from: Date; to: Date }>(
    `SELECT date_trunc('day', now, 'UTC') AS from, date_trunc('hour', now, 'UTC') + interval '1 hour' AS to,
       ARRAY(SELECT DISTINCT "jobName"::text FROM "JobRunHistogram" WHERE at >= date_trunc('day', now, 'UTC') AND "jobName" <> '') AS jobs
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

function formatHistogram({ name, help }: { name: string; help: string }, steps: HistogramStep[]): string {
  const byJob = new Map<string, HistogramStep[]>();
  for (const step of steps) byJob.set(step.group ?? '', [...(byJob.get(step.group ?? '') ?? []), step]);
  const lines = [...byJob].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([job, parts]) => linesOf(name, job, parts));
  return [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`, ...lines].join('\n');
}

function linesOf(name: string, job: string, parts: HistogramStep[]): string[] {
  const sumOf = (value: (step: HistogramStep) => number) => parts.reduce((sum, step) => sum + value(step), 0);
  const label = `job="${escapeLabel(job)}"`;
  // The last bucket has whatever is longer, too.
  const bounds = bucketBounds.slice(0, -1).map((bound, index) => ({ bound, index }));
  const lines = bounds
    .filter(({ index }) => index % EVERY === 0)
    .map(({ bound, index }) => {
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

const CHANNEL_STATES = ['due', 'scheduled', 'blocked', 'running'] as const;

function formatChannels(channels: ChannelNow[]): string[] {
  const labelled = channels.map((row) => ({ row, label: `channel="${escapeLabel(row.channel)}"` }));
  return [
    '# HELP job_manager_channel_runs Runs that have not ended, by channel and state, as of the last full minute',
    '# TYPE job_manager_channel_runs gauge',
    ...labelled.flatMap(({ row, label }) =>
      CHANNEL_STATES.map((state) => `job_manager_channel_runs{${label},state="${state}"} ${row[state]}`),
    ),
    '# HELP job_manager_channel_oldest_due_seconds How long the oldest due run of a channel has waited, as of the last full minute',
    '# TYPE job_manager_channel_oldest_due_seconds gauge',
    ...labelled.map(({ row, label }) => `job_manager_channel_oldest_due_seconds{${label}} ${row.oldestMs / 1_000}`),
  ];
}

const ENDS = { SUCCESS: 'success', FAILED: 'failed', CANCELLED: 'cancelled' } as const;

const formatEnded = (channels: ChannelEnded[]): string[] => [
  '# HELP job_manager_channel_runs_ended_total Runs that ended while they were executed, by channel and status',
  '# TYPE job_manager_channel_runs_ended_total counter',
  ...channels.flatMap((row) =>
    Object.entries(ENDS).map(
      ([status, column]) =>
        `job_manager_channel_runs_ended_total{channel="${escapeLabel(row.channel)}",status="${status}"} ${row[column]}`,
    ),
  ),
];

/** As the text format of Prometheus has it. */
const escapeLabel = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
