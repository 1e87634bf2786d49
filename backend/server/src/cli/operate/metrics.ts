import { formatDuration } from '@job-manager/engine/store/format-duration';
import { type MetricSeries, type MetricsAnswer, metricsQuery } from '@job-manager/shared/contract/metrics';
import { metricMeasures } from '@job-manager/shared/metrics';
import type { Command } from 'commander';
import { Refusal } from '../refusal.js';
import { type Engine, type Output, withEngine } from './engine.js';
import { columns, formatTime } from './tables.js';
import { checked, readDuration, readTime } from './values.js';

interface MetricsOptions {
  last: number;
  from?: Date;
  to?: Date;
  step?: number;
  job?: string;
  channel?: string;
  region?: string;
  by?: string;
  compare?: boolean;
}

const USUAL = ['published', 'completed', 'failed', 'failureRate', 'took.p95', 'waited.p95', 'depth'];

/** The command that shows figures over time. */
export function addMetricsCommand(program: Command): void {
  program
    .command('metrics [measures...]')
    .description('figures over time: what ended, how long it took and waited, how full the queue was')
    .option('--last <duration>', 'how far back, such as 90m, 24h or 30d', readDuration, 24 * 3_600_000)
    .option('--from <time>', 'from this time on, instead of --last', readTime)
    .option('--to <time>', 'until this time; now by default', readTime)
    .option('--step <duration>', 'whole minutes, hours or days; by the range by default', readDuration)
    .option('--job <names>', 'of these jobs alone, separated by commas')
    .option('--channel <names>', 'of these channels alone, separated by commas')
    .option('--region <name>', 'of the runners with this label alone')
    .option('--by <job|channel>', 'each job or channel by itself, the largest first')
    .option('--compare', 'with the period of the same length before')
    .addHelpText('after', `\nMeasures: ${metricMeasures.join(', ')}; without any: ${USUAL.join(', ')}.`)
    .action((measures: string[], options: MetricsOptions, command: Command) =>
      withEngine(command, (engine) => show(engine, measures, options)),
    );
}

async function show(engine: Engine, measures: string[], options: MetricsOptions): Promise<Output> {
  const [{ requestOf }, { readMetrics }, { RangeProblem }, names] = await Promise.all([
    import('../../metrics/request.js'),
    import('../../metrics/read-metrics.js'),
    import('../../metrics/span.js'),
    import('../../metrics/known-names.js'),
  ]);
  const now = Date.now();
  const query = checked(metricsQuery, {
    measures: (measures.length > 0 ? measures : usualFor(options)).join(','),
    from: (options.from ?? new Date((options.to?.getTime() ?? now) - options.last)).toISOString(),
    to: options.to?.toISOString(),
    step: options.step,
    jobName: options.job,
    channel: options.channel,
    region: options.region,
    groupBy: options.by,
    compare: options.compare ? 'true' : 'false',
  });
  try {
    const request = requestOf(query, now);
    await names.checkJobs(engine, query.jobName ?? []);
    await names.checkChannels(engine, query.channel ?? []);
    const answer = await readMetrics(engine.sql, request);
    return { json: answer, text: describe(answer) };
  } catch (error) {
    if (error instanceof RangeProblem) throw new Refusal(`${OPTIONS[error.field]}: ${error.message}`);
    throw error instanceof names.UnknownName ? new Refusal(error.message) : error;
  }
}

const OPTIONS = {
  from: '--from',
  to: '--to',
  step: '--step',
  jobName: '--job',
  channel: '--channel',
  region: '--region',
  groupBy: '--by',
};

/** Without those that the requested figures don't have. */
function usualFor({ job, channel, region, by }: MetricsOptions): string[] {
  if (region !== undefined) return ['slots'];
  if (channel !== undefined || by === 'channel') return ['depth', 'due', 'oldest', 'running'];
  if (job === undefined && by === undefined) return USUAL;
  return USUAL.filter((measure) => measure !== 'published' && measure !== 'depth');
}

function describe({ from, to, stepMs, series, previous, since }: MetricsAnswer): string {
  const rows = series.map((one) => {
    const before = previous?.series.find(({ measure, group, isRest }) => isSame(one, { measure, group, isRest }));
    return [
      one.measure,
      one.isRest ? 'others' : (one.group ?? 'all'),
      formatFigure(one.total, one.unit),
      ...(previous ? [formatFigure(before?.total ?? null, one.unit)] : []),
      courseOf(one.points),
    ];
  });
  const heading = ['measure', 'of', 'in all', ...(previous ? ['before'] : []), `each ${formatDuration(stepMs)}`];
  const range = `${formatTime(from)} to ${formatTime(to)}${since === null ? '; nothing of it is known yet' : ''}`;
  return `${range}\n\n${series.length === 0 ? 'Nothing' : columns([heading, ...rows])}`;
}

const isSame = (one: MetricSeries, other: Pick<MetricSeries, 'measure' | 'group' | 'isRest'>): boolean =>
  one.measure === other.measure && one.group === other.group && one.isRest === other.isRest;

function formatFigure(value: number | null, unit: MetricSeries['unit']): string {
  if (value === null) return '–';
  if (unit === 'ms') return formatDuration(value);
  if (unit === 'share') return `${(value * 100).toFixed(1)} %`;
  if (unit === 'KiB') return `${(value / 1_024).toFixed(1)} MiB`;
  return value.toLocaleString('en', { maximumFractionDigits: 1 });
}

const BARS = '▁▂▃▄▅▆▇█';
const MAX_BARS = 48;

/** The points as bars, the largest of several where there are too many; a dot where nothing is known. */
function courseOf(points: (number | null)[]): string {
  const each = Math.ceil(points.length / MAX_BARS);
  const bars = Array.from({ length: Math.ceil(points.length / each) }, (_, index) => {
    const known = points.slice(index * each, (index + 1) * each).filter((point) => point !== null);
    return known.length === 0 ? null : Math.max(...known);
  });
  const top = Math.max(...bars.map((bar) => bar ?? 0));
  return bars
    .map((bar) => (bar === null ? '·' : BARS.charAt(top === 0 ? 0 : Math.round((bar / top) * (BARS.length - 1)))))
    .join('');
}
