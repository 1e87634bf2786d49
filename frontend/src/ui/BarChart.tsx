import classes from './BarChart.module.css';

interface Props {
  values: readonly number[];
  /** What each bar says on hover: "22 Nov 06:00: 14 errors". */
  labels: readonly string[];
  /** The chart in words. */
  description: string;
}

/** Amounts over time, each bar in proportion to the highest; the words say the same. */
export function BarChart({ values, labels, description }: Props) {
  const highest = Math.max(0, ...values);
  return (
    <figure className={classes.chart}>
      {highest > 0 && (
        <div className={classes.scale} aria-hidden>
          {highest.toLocaleString('en')}
        </div>
      )}
      <div className={classes.bars} role="img" aria-label={description}>
        {values.map((value, index) => (
          <span key={labels[index]} className={classes.slot} title={labels[index]}>
            <span className={classes.bar} data-none={value === 0 || undefined} style={heightOf(value, highest)} />
          </span>
        ))}
      </div>
    </figure>
  );
}

/** The same, small enough for a row. */
export function Sparkline({ values, description }: { values: readonly number[]; description: string }) {
  const highest = Math.max(0, ...values);
  return (
    <div className={classes.spark} role="img" aria-label={description} title={description}>
      {values.map((value, index) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place in time, and has nothing else to be known by
          key={index}
          className={classes.bar}
          data-none={value === 0 || undefined}
          style={heightOf(value, highest)}
        />
      ))}
    </div>
  );
}

const heightOf = (value: number, highest: number) => ({ height: `${highest === 0 ? 0 : (value / highest) * 100}%` });
