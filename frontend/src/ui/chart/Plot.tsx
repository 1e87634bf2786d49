import { useElementSize } from '@mantine/hooks';
import { type PointerEvent, useId, useState } from 'react';
import { useZoneChoice } from '../../lib/time-zone';
import { type ChartData, stepAt, stepLabel, stepsOf, tickLabel } from './chart-data';
import { dashOf, Filling, fillOf } from './Filling';
import classes from './Plot.module.css';
import { type DrawnSeries, type Layout, labelsOf, layOut, type PlotKind, valueTicksOf } from './plot-layout';

interface Props {
  data: ChartData;
  kind: PlotKind;
  /** The chart as text. */
  description: string;
  /** Pixels. */
  height: number;
  format: (value: number) => string;
  /** Without axes and marks, for a card or a row. */
  isBare?: boolean;
  /** A step was chosen. */
  onPick?: (index: number) => void;
  /** A part was chosen by dragging, in milliseconds since 1970. */
  onZoom?: (from: number, to: number) => void;
}

/** A pointer that moved less than this clicks. */
const MIN_DRAG = 6;
const TIME_AXIS = 22;
const NO_AXES = { left: 0, bottom: 1 };

/** Room for the longest value; a figure is some seven pixels wide. */
function axesOf(data: ChartData, kind: PlotKind, format: (value: number) => string) {
  const longest = Math.max(...valueTicksOf(data, kind).map((value) => format(value).length));
  return { left: 14 + 7 * longest, bottom: TIME_AXIS };
}

/** Values over time as SVG. Series differ by colour and by dash, or filling. */
export function Plot({ data, kind, description, height, format, isBare = false, onPick, onZoom }: Props) {
  useZoneChoice();
  const id = useId();
  const { ref, width } = useElementSize();
  const axes = isBare ? NO_AXES : axesOf(data, kind, format);
  const layout = layOut(data, kind, { width, height, ...axes });
  const { pointed, dragged, handlers } = usePointer(layout, { onPick, onZoom });
  const isEmpty = width === 0;
  return (
    <div ref={ref} className={classes.plot} data-bare={isBare || undefined} style={{ height }}>
      <svg
        className={classes.drawing}
        role="img"
        aria-label={description}
        width={width}
        height={height}
        data-picks={onPick ? true : undefined}
        {...handlers}
      >
        {!isEmpty && (
          <>
            <PartialFilling id={`${id}-partial`} />
            {!isBare && <Axes layout={layout} left={axes.left} width={width} format={format} />}
            {layout.drawn.map((drawn, place) => (
              <SeriesShape key={drawn.series.name} drawn={drawn} place={place} id={`${id}-${place}`} />
            ))}
            {data.isLastPartial && <PartialStep data={data} layout={layout} id={id} />}
            {!isBare && <Marks data={data} layout={layout} width={width} />}
            {pointed !== null && <PointedStep data={data} layout={layout} index={pointed} />}
            {dragged && (
              <rect
                className={classes.dragged}
                x={Math.min(dragged.from, dragged.to)}
                width={Math.abs(dragged.to - dragged.from)}
                y={0}
                height={layout.baseline}
              />
            )}
          </>
        )}
      </svg>
      {pointed !== null && <Tip data={data} layout={layout} index={pointed} width={width} format={format} />}
    </div>
  );
}

/** Which step the pointer is over, what it drags over, and what it chooses in the end. */
function usePointer(layout: Layout, { onPick, onZoom }: Pick<Props, 'onPick' | 'onZoom'>) {
  const [pointed, setPointed] = useState<number | null>(null);
  const [dragged, setDragged] = useState<{ from: number; to: number } | null>(null);
  const xOf = (event: PointerEvent<SVGSVGElement>) => event.clientX - event.currentTarget.getBoundingClientRect().left;
  const handlers = {
    onPointerDown: (event: PointerEvent<SVGSVGElement>) => {
      if (event.button !== 0) return;
      setDragged({ from: xOf(event), to: xOf(event) });
    },
    onPointerMove: (event: PointerEvent<SVGSVGElement>) => {
      setPointed(layout.indexOf(xOf(event)));
      if (dragged && onZoom) setDragged({ ...dragged, to: xOf(event) });
    },
    onPointerUp: (event: PointerEvent<SVGSVGElement>) => {
      if (!dragged) return;
      const [from, to] = [dragged.from, xOf(event)].sort((a, b) => a - b) as [number, number];
      setDragged(null);
      if (onZoom && to - from >= MIN_DRAG) onZoom(layout.momentOf(from), layout.momentOf(to));
      else onPick?.(layout.indexOf(to));
    },
    onPointerLeave: () => {
      setPointed(null);
      setDragged(null);
    },
  };
  return { pointed, dragged: onZoom ? dragged : null, handlers };
}

function PartialFilling({ id }: { id: string }) {
  return (
    <defs>
      <pattern id={id} width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width="1" height="7" className={classes.hatch} />
      </pattern>
    </defs>
  );
}

function SeriesShape({ drawn, place, id }: { drawn: DrawnSeries; place: number; id: string }) {
  const { series, line, area, previous, bars, dots } = drawn;
  return (
    <g data-tone={series.tone} className={classes.series}>
      <Filling place={place} id={id} />
      {previous && <path className={classes.previous} d={previous} />}
      {area && <path className={classes.area} d={area} />}
      {line && <path className={classes.line} d={line} strokeDasharray={dashOf(place)} />}
      {bars.map(({ index, ...bar }) => (
        <rect key={index} className={classes.bar} {...bar} fill={fillOf(place, id)} />
      ))}
      {dots.map(({ x, y }) => (
        <circle key={x} className={classes.dot} cx={x} cy={y} r={2} />
      ))}
    </g>
  );
}

interface AxesProps extends Pick<Props, 'format'> {
  layout: Layout;
  left: number;
  width: number;
}

function Axes({ layout, left, width, format }: AxesProps) {
  const labels = labelsOf(layout.valueTicks, format);
  return (
    <g className={classes.axes} aria-hidden>
      {layout.valueTicks.map(({ value, y }, index) => (
        <g key={value}>
          <line x1={left} x2={width} y1={y} y2={y} />
          <text x={left - 8} y={y} dy="0.32em" textAnchor="end">
            {labels[index]}
          </text>
        </g>
      ))}
      {layout.timeTicks.map(({ at, x }) => (
        <text key={at.getTime()} x={x} y={layout.baseline + 16} textAnchor={x < left + 20 ? 'start' : 'middle'}>
          {tickLabel(at)}
        </text>
      ))}
    </g>
  );
}

function Marks({ data, layout, width }: { data: ChartData; layout: Layout; width: number }) {
  return (data.marks ?? []).map(({ at, label }) => {
    const x = layout.xOf(at);
    const isRight = x > width * 0.75;
    return (
      <g key={`${at} ${label}`} className={classes.mark} aria-hidden>
        <line x1={x} x2={x} y1={0} y2={layout.baseline} />
        <text x={isRight ? x - 4 : x + 4} y={10} textAnchor={isRight ? 'end' : 'start'}>
          {label}
        </text>
      </g>
    );
  });
}

function PartialStep({ data, layout, id }: { data: ChartData; layout: Layout; id: string }) {
  const last = stepsOf(data) - 1;
  const [x, to] = [layout.xOf(stepAt(data, last)), layout.xOf(stepAt(data, last + 1))];
  return <rect x={x} width={to - x} y={0} height={layout.baseline} fill={`url(#${id}-partial)`} />;
}

function PointedStep({ data, layout, index }: { data: ChartData; layout: Layout; index: number }) {
  const x = layout.xOf(stepAt(data, index) + data.stepMs / 2);
  return <line className={classes.pointed} x1={x} x2={x} y1={0} y2={layout.baseline} />;
}

/** The values of a step, beside the pointer. */
function Tip({
  data,
  layout,
  index,
  width,
  format,
}: {
  data: ChartData;
  layout: Layout;
  index: number;
  width: number;
  format: Props['format'];
}) {
  const x = layout.xOf(stepAt(data, index) + data.stepMs / 2);
  const isPartial = data.isLastPartial && index === stepsOf(data) - 1;
  return (
    <div className={classes.tip} data-side={x > width / 2 ? 'left' : 'right'} style={{ left: x }} aria-hidden>
      <div className={classes.when}>
        {stepLabel(data, index)}
        {isPartial && ', so far'}
      </div>
      {data.series.map(({ name, points, previous }) => (
        <div key={name} className={classes.value}>
          <span>{name}</span>
          <span>
            {written(points[index], format)}
            {previous && <span className={classes.before}> before {written(previous[index], format)}</span>}
          </span>
        </div>
      ))}
    </div>
  );
}

const written = (value: number | null | undefined, format: Props['format']): string =>
  value === null || value === undefined ? '–' : format(value);
