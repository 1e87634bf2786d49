import { useId } from 'react';
import classes from './Chart.module.css';
import type { Series } from './chart-data';
import { dashOf, Filling, fillOf } from './Filling';
import plot from './Plot.module.css';
import type { PlotKind } from './plot-layout';

/** Which line or bar is which. */
export function Legend({ series, kind }: { series: readonly Series[]; kind: PlotKind }) {
  const id = useId();
  return (
    <ul className={classes.legend}>
      {series.map(({ name, tone }, place) => (
        <li key={name}>
          <svg width={20} height={10} aria-hidden className={plot.series} data-tone={tone}>
            <Filling place={place} id={`${id}-${place}`} />
            {kind === 'bars' ? (
              <rect className={plot.bar} width={10} height={10} x={5} fill={fillOf(place, `${id}-${place}`)} />
            ) : (
              <line className={plot.line} x1={0} x2={20} y1={5} y2={5} strokeDasharray={dashOf(place)} />
            )}
          </svg>
          {name}
        </li>
      ))}
    </ul>
  );
}
