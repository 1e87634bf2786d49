import type { MetricsAnswer } from '@job-manager/shared/contract/metrics';
import { Button, UnstyledButton } from '@mantine/core';
import { IconArrowsMaximize } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { parseAsStringLiteral, useQueryStates } from 'nuqs';
import { useState } from 'react';
import { Change } from '../../components/metrics/Change';
import { ChartDialog } from '../../components/metrics/ChartDialog';
import { ChartSettings } from '../../components/metrics/ChartSettings';
import {
  type ChartChoice,
  keep,
  readChartChoice,
  readKept,
  stepOf,
  useStartingRange,
} from '../../components/metrics/chart-choice';
import { metricsQuery } from '../../components/metrics/metric-calls';
import {
  chartOf,
  type Drawing,
  describeSince,
  formatOf,
  seriesOf,
  stepUnit,
} from '../../components/metrics/metric-data';
import { RangeChoice } from '../../components/metrics/RangeChoice';
import { Pending } from '../../components/Pending';
import { rangeNames, spellRange } from '../../lib/time-range';
import { ChartSkeleton } from '../../ui/ChartSkeleton';
import { describeChart } from '../../ui/chart/chart-data';
import { Plot } from '../../ui/chart/Plot';
import { Section } from '../../ui/Section';
import classes from './dashboard.module.css';

const drawing: Drawing = { measure: 'published', name: 'Jobs Published', tone: 'brand' };
const HEIGHT = 70;

/** How many runs were created over time; a click shows it large. */
export function PublishedChart() {
  const { choice, choose, isLarge, open, close } = useChartUrlState();
  const starting = useStartingRange(choice.range);
  const { range } = starting;
  const measures = [drawing.measure];
  const stepMs = stepOf(choice.step, range, measures);
  const query = useQuery(metricsQuery({ measures, range, stepMs, isCompared: true }));
  const { data } = query;
  if (data) starting.note(data);
  return (
    <Section
      title={drawing.name}
      aside={data && <Total answer={data} range={spellRange(range)} />}
      actions={
        <>
          <RangeChoice range={range} onChange={(next) => choose({ range: next })} />
          <ChartSettings label="How the chart is drawn" choice={choice} onChange={choose} />
          <Button variant="default" size="compact-sm" leftSection={<IconArrowsMaximize size={14} />} onClick={open}>
            Open chart
          </Button>
        </>
      }
    >
      {data === undefined ? (
        query.error ? (
          <Pending query={query} what="Figures" />
        ) : (
          <ChartSkeleton height={HEIGHT} label="Loading the chart" failures={query.failureCount} />
        )
      ) : (
        <SmallChart answer={data} choice={choice} onOpen={open} />
      )}
      <ChartDialog
        drawing={isLarge ? drawing : null}
        choice={choice}
        range={range}
        onRange={(next) => choose({ range: next })}
        onClose={close}
      />
    </Section>
  );
}

/** What it comes to, and since when it is known where that is not all of the range. */
function Total({ answer, range }: { answer: MetricsAnswer; range: string }) {
  const now = seriesOf(answer, drawing.measure)?.total ?? null;
  const before = seriesOf(answer.previous, drawing.measure)?.total ?? null;
  const isCut = answer.since !== null && answer.since > answer.from;
  return (
    <span className="dimmed">
      {now !== null && `${now.toLocaleString('en')} in ${range} `}
      {!isCut && <Change now={now} before={before} more="neutral" />}
      {isCut && describeSince(Date.parse(answer.since ?? ''))}
    </span>
  );
}

interface SmallChartProps {
  answer: MetricsAnswer;
  choice: ReturnType<typeof useChartUrlState>['choice'];
  onOpen: () => void;
}

function SmallChart({ answer, choice, onOpen }: SmallChartProps) {
  const data = chartOf(answer, [drawing], choice.isCompared);
  const isKnown = data?.series.some(({ points }) => points.some((point) => point !== null));
  if (!data || !isKnown) return <p className={classes.none}>The first figures come within two minutes.</p>;
  const format = formatOf(drawing.measure);
  return (
    <UnstyledButton className={classes.chart} onClick={onOpen} aria-label={`${drawing.name}: open the chart`}>
      <Plot
        data={data}
        kind={choice.kind}
        height={HEIGHT}
        format={format}
        description={describeChart(`${drawing.name} ${stepUnit(data)}`, data, format)}
        isBare
      />
    </UnstyledButton>
  );
}

const KEY = 'job-manager: dashboard';

const place = { range: parseAsStringLiteral(rangeNames), chart: parseAsStringLiteral(['published'] as const) };

/** How the chart of the dashboard is drawn: `?range=7d`, and `?chart=published` while it is large. */
function useChartUrlState() {
  const [remembered, setRemembered] = useState(() => readChartChoice(readKept(KEY), 'bars'));
  const [{ range, chart }, set] = useQueryStates(place);
  const choice: ChartChoice = { ...remembered, ...(range && { range }) };
  return {
    choice,
    isLarge: chart !== null,
    choose: (change: Partial<ChartChoice>) => {
      const next = { ...choice, ...change };
      setRemembered(next);
      keep(KEY, next);
      void set({ range: next.range });
    },
    open: () => void set({ chart: 'published' }, { history: 'push' }),
    close: () => void set({ chart: null }, { history: 'push' }),
  };
}
