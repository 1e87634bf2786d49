import { Cell, Table } from '../Table';
import classes from './Chart.module.css';
import { ChartFrame } from './ChartFrame';

/** So many values lie above one bound, up to another. */
interface Bucket {
  above: number;
  upTo: number;
  count: number;
}

interface Props {
  title: string;
  unit: string;
  /** At least one, each beginning where the one before ends. */
  buckets: readonly [Bucket, ...Bucket[]];
  format: (value: number) => string;
  /** What the chart shows, in a sentence. */
  description: string;
  /** Pixels. */
  height: number;
}

/** How values are spread: a bar for each bucket, as high as its share of the largest. */
export function Histogram({ title, unit, buckets, format, description, height }: Props) {
  const most = Math.max(1, ...buckets.map(({ count }) => count));
  const [first] = buckets;
  const last = buckets.at(-1) ?? first;
  const rangeOf = ({ above, upTo }: Bucket) => `${format(above)} to ${format(upTo)}`;
  return (
    <ChartFrame
      title={title}
      unit={unit}
      table={
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys.
        <section className={classes.table} tabIndex={0} aria-label={`${title} as a table`}>
          <Table caption={title} columns={[{ label: 'From' }, { label: 'Runs', align: 'right' }]}>
            {buckets.map((bucket) => (
              <tr key={bucket.upTo}>
                <Cell isHeader>{rangeOf(bucket)}</Cell>
                <Cell label="Runs" align="right">
                  {bucket.count.toLocaleString('en')}
                </Cell>
              </tr>
            ))}
          </Table>
        </section>
      }
    >
      <div className={classes.buckets} role="img" aria-label={description} style={{ height }}>
        {buckets.map((bucket) => (
          <span
            key={bucket.upTo}
            title={`${rangeOf(bucket)}: ${bucket.count.toLocaleString('en')}`}
            style={{ height: `${(100 * bucket.count) / most}%` }}
          />
        ))}
      </div>
      <div className={classes.bounds} aria-hidden>
        <span>{format(first.above)}</span>
        <span>{format(last.upTo)}</span>
      </div>
    </ChartFrame>
  );
}
