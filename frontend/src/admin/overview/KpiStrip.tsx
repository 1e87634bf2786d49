import type { MetricsAnswer } from '@job-manager/shared/contract/metrics';
import { Skeleton, UnstyledButton } from '@mantine/core';
import type { ReactNode } from 'react';
import { useLive } from '../../api/live/LiveProvider';
import { useServerTime } from '../../api/server-clock';
import { Change } from '../../components/metrics/Change';
import { chartOf, describeSince, formatOf, isCounted, seriesOf } from '../../components/metrics/metric-data';
import { formatQueued } from '../../components/queued-count';
import { useHealth } from '../../components/useHealth';
import { useStats } from '../../components/useStats';
import { formatDuration } from '../../lib/duration';
import type { RangeName } from '../../lib/time-range';
import { describeChart } from '../../ui/chart/chart-data';
import { Plot } from '../../ui/chart/Plot';
import { Figure } from '../../ui/Figure';
import classes from './KpiStrip.module.css';
import { figuresOfDay, figuresOfNow, type KpiName, kpis } from './kpis';
import { longestRunning } from './longest-running';
import type { StripChoice } from './overview-url-state';

interface Props {
  /** Undefined while it is on its way. */
  answer: MetricsAnswer | undefined;
  choice: StripChoice;
  /** The one in force. */
  range: RangeName;
  onOpen: (name: KpiName) => void;
}

/** Four figures with how they went; each opens its chart. */
export function KpiStrip({ answer, choice, range, onOpen }: Props) {
  return (
    <ul className={classes.strip}>
      {choice.kpis.map((name, index) => (
        <li key={name}>
          <UnstyledButton
            className={classes.card}
            aria-label={`${kpis[name].label}: open the chart`}
            data-key={String(index + 1)}
            onClick={() => onOpen(name)}
          >
            {answer ? (
              <Kpi name={name} answer={answer} choice={choice} range={range} />
            ) : (
              <Skeleton height={CARD_HEIGHT} />
            )}
          </UnstyledButton>
        </li>
      ))}
    </ul>
  );
}

const CARD_HEIGHT = 104;

interface KpiProps extends Pick<Props, 'choice' | 'range'> {
  name: KpiName;
  answer: MetricsAnswer;
}

function Kpi({ name, answer, choice, range }: KpiProps) {
  const { label, measure, tone, more } = kpis[name];
  const { now, before } = useFigure(name, answer, range);
  const format = figuresOfNow[name] ? formatQueued : formatOf(measure);
  const aside = asides[name] ?? (isCounted(measure) && <Change now={now} before={before} more={more} />);
  const data = chartOf(answer, [{ measure, name: label, tone }], choice.isCompared);
  return (
    <>
      <Figure label={label} value={now === null ? '–' : format(now)} aside={aside} />
      {data && (
        <Plot
          data={data}
          kind={choice.kind}
          height={48}
          format={formatOf(measure)}
          description={describeChart(label, data, formatOf(measure))}
          isBare
        />
      )}
      {data?.since !== undefined && <span className={classes.since}>{describeSince(data.since)}</span>}
    </>
  );
}

/** The text beside a figure instead of how it has changed. */
const asides: Partial<Record<KpiName, ReactNode>> = { inFlight: <LongestRun />, depth: <OldestDue /> };

/** Counters add up over the range; of samples, the latest. */
function useFigure(name: KpiName, answer: MetricsAnswer, range: RangeName) {
  const { measure } = kpis[name];
  const { data: stats } = useStats();
  const ofDay = range === '24h' ? figuresOfDay[name] : undefined;
  const ofNow = figuresOfNow[name];
  if (ofNow) return { now: stats ? ofNow(stats) : null, before: null };
  if (ofDay) return stats ? ofDay(stats) : { now: null, before: null };
  const series = seriesOf(answer, measure);
  const isSum = isCounted(measure) || measure === 'failureRate';
  return {
    now: (isSum ? series?.total : series?.points.findLast((point) => point !== null)) ?? null,
    before: seriesOf(answer.previous, measure)?.total ?? null,
  };
}

/** How long the first of those that could start has waited. */
function OldestDue() {
  const since = useHealth()?.backlog.oldestDueAt ?? null;
  const oldest = useServerTime((now) => (since === null ? '' : formatDuration(Math.max(0, now - Date.parse(since)))));
  return oldest && `oldest ${oldest}`;
}

/** How long the longest of the runs that are executed has taken. */
function LongestRun() {
  const since = useLive((live) => longestRunning(live.runs)?.startedAt ?? null);
  const longest = useServerTime((now) => (since === null ? '' : formatDuration(now - Date.parse(since))));
  return longest && `longest ${longest}`;
}
