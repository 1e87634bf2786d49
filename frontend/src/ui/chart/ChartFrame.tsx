import { Button } from '@mantine/core';
import { IconChartLine, IconTable } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import classes from './Chart.module.css';

interface Props {
  title: string;
  /** What the values are, after the title. */
  unit: string;
  legend?: ReactNode;
  /** The same values as a table. */
  table: ReactNode;
  /** The drawing. */
  children: ReactNode;
}

/** Title and unit of a chart, which is shown as a drawing or as a table. */
export function ChartFrame({ title, unit, legend, table, children }: Props) {
  const [isTable, setIsTable] = useState(false);
  return (
    <figure className={classes.chart}>
      <figcaption className={classes.head}>
        <span className={classes.title}>{title}</span>
        <span className={classes.unit}>{unit}</span>
        {legend}
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          className={classes.toggle}
          leftSection={isTable ? <IconChartLine size={14} /> : <IconTable size={14} />}
          aria-label={`${title} as ${isTable ? 'chart' : 'table'}`}
          onClick={() => setIsTable(!isTable)}
        >
          {isTable ? 'As chart' : 'As table'}
        </Button>
      </figcaption>
      {isTable ? table : children}
    </figure>
  );
}
