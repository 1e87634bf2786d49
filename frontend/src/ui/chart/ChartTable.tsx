import { Link } from 'react-router-dom';
import { Cell, Table } from '../Table';
import classes from './Chart.module.css';
import { type ChartData, stepAt, stepLabel, stepsOf } from './chart-data';

interface Props {
  title: string;
  data: ChartData;
  format: (value: number) => string;
  hrefOf?: (index: number) => string;
}

/** The values of a chart, the newest first. */
export function ChartTable({ title, data, format, hrefOf }: Props) {
  const { series } = data;
  const steps = stepsOf(data);
  const written = (value: number | null | undefined) => (value == null ? '–' : format(value));
  const columns = [{ label: 'From' }, ...series.flatMap(columnsOf)];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys.
    <section className={classes.table} tabIndex={0} aria-label={`${title} as a table`}>
      <Table caption={title} columns={columns}>
        {Array.from({ length: steps }, (_, at) => steps - 1 - at).map((index) => (
          <tr key={stepAt(data, index)}>
            <Cell isHeader>
              {hrefOf ? <Link to={hrefOf(index)}>{stepLabel(data, index)}</Link> : stepLabel(data, index)}
              {data.isLastPartial && index === steps - 1 && ', so far'}
            </Cell>
            {series.flatMap(({ name, points, previous }) =>
              [
                { name, value: points[index] },
                ...(previous ? [{ name: before(name), value: previous[index] }] : []),
              ].map((cell) => (
                <Cell key={cell.name} label={cell.name} align="right">
                  {written(cell.value)}
                </Cell>
              )),
            )}
          </tr>
        ))}
      </Table>
    </section>
  );
}

const before = (name: string) => `${name}, before`;

const columnsOf = ({ name, previous }: ChartData['series'][number]) => [
  { label: name, align: 'right' as const },
  ...(previous ? [{ label: before(name), align: 'right' as const }] : []),
];
