import { Modal } from '@mantine/core';
import { IconChartLine } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from 'react-router-dom';
import { toFailure } from '../../api/failure';
import { formatDateTime } from '../../lib/date-time';
import type { RangeName, TimeRange } from '../../lib/time-range';
import { ChartSkeleton } from '../../ui/ChartSkeleton';
import { Chart } from '../../ui/chart/Chart';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorPanel } from '../../ui/ErrorPanel';
import { type ChartChoice, stepOf, useChosenPart } from './chart-choice';
import { historyOfStep } from './history-of-step';
import { metricsQuery } from './metric-calls';
import { chartOf, type Drawing, formatOf, stepUnit } from './metric-data';
import { RangeChoice } from './RangeChoice';

interface Props {
  /** Null while it is closed. */
  drawing: Drawing | null;
  choice: ChartChoice;
  /** In force where no part of it was chosen. */
  range: RangeName;
  onRange: (range: RangeName) => void;
  onClose: () => void;
}

/** A figure over time, large, over any range; a part of it that is dragged over stands in the address. */
export function ChartDialog({ drawing, onClose, ...rest }: Props) {
  const { part, clear } = useChosenPart();
  return (
    <Modal
      opened={drawing !== null}
      onClose={() => {
        if (part) clear();
        onClose();
      }}
      size="xl"
      title={drawing?.name}
    >
      {drawing && <LargeChart drawing={drawing} {...rest} />}
    </Modal>
  );
}

function LargeChart({ drawing, choice, range, onRange }: Omit<Props, 'onClose'> & { drawing: Drawing }) {
  const { name, measure } = drawing;
  const { part, zoom, clear } = useChosenPart();
  const navigate = useNavigate();
  const shown: TimeRange = part ?? range;
  const stepMs = part ? undefined : stepOf(choice.step, range, [measure]);
  const query = metricsQuery({ measures: [measure], range: shown, stepMs, isCompared: choice.isCompared });
  const { data, error, failureCount, refetch } = useQuery(query);
  const chart = data && chartOf(data, [drawing], choice.isCompared);
  const isKnown = chart?.series.some(({ points }) => points.some((point) => point !== null));
  return (
    <>
      <RangeChoice
        range={part ? null : range}
        onChange={(next) => {
          if (part) clear();
          onRange(next);
        }}
      />
      <div style={{ marginTop: 16 }}>
        {data === undefined && error ? (
          <ErrorPanel title="Figures could not be loaded" details={toFailure(error)} onRetry={() => void refetch()} />
        ) : data === undefined ? (
          <ChartSkeleton height={320} label="Loading the chart" failures={failureCount} />
        ) : chart && isKnown ? (
          <Chart
            title={name}
            unit={stepUnit(chart)}
            kind={choice.kind}
            height={280}
            data={chart}
            format={formatOf(measure)}
            hrefOf={(index) => historyOfStep([measure], chart, index)}
            onOpen={(address) => void navigate(address)}
            onZoom={zoom}
          />
        ) : (
          <EmptyState
            icon={IconChartLine}
            title="Nothing was measured in this time"
            text={
              data.since === null
                ? 'The first figures come within a minute.'
                : `This is kept since ${formatDateTime(data.since)}.`
            }
          />
        )}
      </div>
    </>
  );
}
