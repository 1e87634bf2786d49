import { Checkbox } from '@mantine/core';
import { IconChartLine } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { parseAsBoolean, parseAsStringLiteral, useQueryState } from 'nuqs';
import type { ComponentType } from 'react';
import { useNavigate } from 'react-router-dom';
import { toFailure } from '../../api/failure';
import { type RangeName, rangeNames } from '../../lib/time-range';
import { ChartSkeleton } from '../../ui/ChartSkeleton';
import { Chart } from '../../ui/chart/Chart';
import type { PlotKind } from '../../ui/chart/plot-layout';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorPanel } from '../../ui/ErrorPanel';
import { Section } from '../../ui/Section';
import { historyOfStep } from './history-of-step';
import classes from './MetricCharts.module.css';
import { metricsQuery } from './metric-calls';
import { chartOf, type Drawing, formatOf, stepUnit, versionMarks } from './metric-data';
import { RangeChoice } from './RangeChoice';

export interface MetricChart {
  title: string;
  kind: PlotKind;
  drawings: readonly [Drawing, ...Drawing[]];
}

interface Props {
  charts: readonly MetricChart[];
  /** Of the whole without either. */
  of: { jobName: string } | { channel: string } | Record<string, never>;
  /** Where the address names none. */
  defaultRange: RangeName;
  /** Where the address does not set the period before. */
  isComparedByDefault?: boolean;
  /** What has to happen before there is anything to draw. */
  empty: string;
  /** Another chart of the range, behind the others. */
  More?: ComponentType<{ range: RangeName; height: number }>;
}

const HEIGHT = 170;

/**
 * How a job, a channel or the whole did over a range that the address has; charts of what was not measured are left
 * out.
 */
export function MetricCharts({ charts, of, defaultRange, isComparedByDefault = false, empty, More }: Props) {
  const [range, setRange] = useQueryState('range', parseAsStringLiteral(rangeNames).withDefault(defaultRange));
  const [isCompared, setCompared] = useQueryState('compare', parseAsBoolean.withDefault(isComparedByDefault));
  const navigate = useNavigate();
  const measures = charts.flatMap(({ drawings }) => drawings.map(({ measure }) => measure));
  const { data, error, failureCount, refetch } = useQuery(metricsQuery({ measures, range, isCompared, ...of }));
  // A channel has runs of any number of jobs, each with versions of its own, and the history is not filtered by it.
  const jobName = 'jobName' in of ? of.jobName : undefined;
  const marks = data && jobName !== undefined ? versionMarks(data) : [];
  const known = data
    ? charts.flatMap((chart) => {
        const drawn = chartOf(data, chart.drawings, isCompared);
        const isKnown = drawn?.series.some(({ points }) => points.some((point) => point !== null));
        return drawn && isKnown ? [{ ...chart, data: { ...drawn, marks } }] : [];
      })
    : [];
  return (
    <Section
      title="Over time"
      actions={
        <>
          <RangeChoice range={range} onChange={(next) => void setRange(next)} />
          <Checkbox
            label="With the period before"
            checked={isCompared}
            onChange={({ currentTarget }) => void setCompared(currentTarget.checked)}
          />
        </>
      }
    >
      {data === undefined ? (
        error ? (
          <ErrorPanel title="Figures could not be loaded" details={toFailure(error)} onRetry={() => void refetch()} />
        ) : (
          <ChartSkeleton height={HEIGHT} label="Loading the charts" failures={failureCount} />
        )
      ) : known.length > 0 ? (
        <div className={classes.charts}>
          {known.map(({ title, kind, drawings, data: drawn }) => (
            <Chart
              key={title}
              title={title}
              unit={drawings.length === 1 ? `${drawings[0].name} ${stepUnit(drawn)}` : stepUnit(drawn)}
              kind={kind}
              height={HEIGHT}
              data={drawn}
              format={formatOf(drawings[0].measure)}
              {...(jobName !== undefined && {
                hrefOf: (index: number) =>
                  historyOfStep(
                    drawings.map(({ measure }) => measure),
                    drawn,
                    index,
                    jobName,
                  ),
                onOpen: (address: string) => void navigate(address),
              })}
            />
          ))}
          {More && <More range={range} height={HEIGHT} />}
        </div>
      ) : (
        <EmptyState icon={IconChartLine} title="Nothing was measured in this time" text={empty} />
      )}
    </Section>
  );
}
