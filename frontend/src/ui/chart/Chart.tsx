import { ChartFrame } from './ChartFrame';
import { ChartTable } from './ChartTable';
import { type ChartData, describeChart } from './chart-data';
import { Legend } from './Legend';
import { Plot } from './Plot';
import type { PlotKind } from './plot-layout';

interface Props {
  title: string;
  /** What the values are, after the title: "per hour", "of all runs". */
  unit: string;
  data: ChartData;
  kind: PlotKind;
  format: (value: number) => string;
  /** Pixels. */
  height?: number;
  /** Where a step leads: the history of that time. */
  hrefOf?: (index: number) => string;
  /** Follows such an address. */
  onOpen?: (href: string) => void;
  /** A part was chosen by dragging, in milliseconds since 1970. */
  onZoom?: (from: number, to: number) => void;
}

/** A chart with its title and unit, as text for those who can't see it, and as a table. */
export function Chart({ title, unit, data, kind, format, height = 220, hrefOf, onOpen, onZoom }: Props) {
  const open = hrefOf && onOpen && ((index: number) => onOpen(hrefOf(index)));
  return (
    <ChartFrame
      title={title}
      unit={unit}
      legend={data.series.length > 1 && <Legend series={data.series} kind={kind} />}
      table={<ChartTable title={title} data={data} format={format} hrefOf={hrefOf} />}
    >
      <Plot
        data={data}
        kind={kind}
        height={height}
        format={format}
        description={describeChart(`${title} ${unit}`, data, format)}
        onPick={open}
        onZoom={onZoom}
      />
    </ChartFrame>
  );
}
