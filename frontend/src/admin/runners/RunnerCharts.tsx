import { useQuery } from '@tanstack/react-query';
import { useNavigate } from 'react-router-dom';
import { toFailure } from '../../api/failure';
import { historyWith } from '../../components/url-state';
import { formatBytes } from '../../lib/byte-size';
import { formatScaleTime } from '../../lib/duration';
import { ChartSkeleton } from '../../ui/ChartSkeleton';
import { Chart } from '../../ui/chart/Chart';
import { type Scale, stepAt, type Tone } from '../../ui/chart/chart-data';
import { ErrorPanel } from '../../ui/ErrorPanel';
import { Section } from '../../ui/Section';
import { type Beats, beatsQuery } from './calls';
import classes from './runners.module.css';

type Beat = Beats['beats'][number];

interface BeatChart {
  title: string;
  unit: string;
  series: readonly { name: string; tone: Tone; of: (beat: Beat) => number | null }[];
  format: (value: number) => string;
  scale?: Scale;
}

const rounded = (value: number): string => (Math.round(value * 10) / 10).toLocaleString('en');

const charts: readonly BeatChart[] = [
  {
    title: 'Heartbeat latency',
    unit: 'round trip',
    series: [{ name: 'latency', tone: 'running', of: ({ latencyMs }) => latencyMs }],
    format: formatScaleTime,
    scale: 'time',
  },
  {
    title: 'Loop lag',
    unit: 'longest',
    series: [{ name: 'lag', tone: 'cancelled', of: ({ loopLagMs }) => loopLagMs }],
    format: formatScaleTime,
    scale: 'time',
  },
  {
    title: 'Slots',
    unit: 'in use, and there',
    series: [
      { name: 'in use', tone: 'brand', of: ({ activeRuns }) => activeRuns },
      { name: 'there', tone: 'queued', of: ({ slots }) => slots },
    ],
    format: rounded,
  },
  {
    title: 'CPU',
    unit: 'percent of one core',
    series: [{ name: 'CPU', tone: 'running', of: ({ cpuPercent }) => cpuPercent }],
    format: (value) => `${rounded(value)} %`,
  },
  {
    title: 'Memory',
    unit: 'resident',
    series: [{ name: 'memory', tone: 'brand', of: ({ rssBytes }) => rssBytes }],
    format: formatBytes,
    scale: 'binary',
  },
];
const HEIGHT = 150;

/** How a runner did over the last 24 hours, by its heartbeats. */
export function RunnerCharts({ runnerId, name }: { runnerId: string; name: string }) {
  const { data, error, failureCount, refetch } = useQuery({ ...beatsQuery(runnerId), refetchInterval: 60_000 });
  const navigate = useNavigate();
  return (
    <Section title="Last 24 hours">
      {data === undefined ? (
        error ? (
          <ErrorPanel
            title="Heartbeats could not be loaded"
            details={toFailure(error)}
            onRetry={() => void refetch()}
          />
        ) : (
          <ChartSkeleton height={HEIGHT} label="Loading the charts" failures={failureCount} />
        )
      ) : data.beats.length === 0 ? (
        <p className="dimmed">No heartbeat is kept of it.</p>
      ) : (
        <div className={classes.charts}>
          {charts.map(({ title, unit, series, format, scale }) => (
            <Chart
              key={title}
              {...{ title, unit, format }}
              kind="line"
              height={HEIGHT}
              hrefOf={(index) => historyOfRunner(name, stepsOf(data), index)}
              onOpen={(address) => void navigate(address)}
              data={{
                ...stepsOf(data),
                scale,
                series: series.map(({ of, ...style }) => ({ ...style, points: pointsOf(data, of) })),
              }}
            />
          ))}
        </div>
      )}
    </Section>
  );
}

/** From the first heartbeat that is kept: a young runner would otherwise be a line at the edge. */
function stepsOf({ stepMs, beats }: Beats): { from: number; stepMs: number } {
  return { from: Date.parse(beats[0]?.at ?? ''), stepMs };
}

/** The runs that a runner ended within a step. */
const historyOfRunner = (name: string, steps: ReturnType<typeof stepsOf>, index: number): string =>
  historyWith({ more: { runner: name }, time: { from: stepAt(steps, index), to: stepAt(steps, index + 1) } });

/** A step without a heartbeat is a gap. */
function pointsOf(data: Beats, of: (beat: Beat) => number | null): (number | null)[] {
  const { from, stepMs } = stepsOf(data);
  const byStep = new Map(data.beats.map((beat) => [Math.round((Date.parse(beat.at) - from) / stepMs), of(beat)]));
  const steps = Math.max(...byStep.keys()) + 1;
  return Array.from({ length: steps }, (_, step) => byStep.get(step) ?? null);
}
