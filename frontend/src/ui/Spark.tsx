import classes from './Spark.module.css';

interface Props {
  /** Null where nothing was measured. */
  points: readonly (number | null)[];
  /** The same as text. */
  description: string;
}

const WIDTH = 80;
const HEIGHT = 20;

/** How a figure went, as a line without axes; it is broken where nothing was measured. */
export function Spark({ points, description }: Props) {
  const largest = Math.max(1, ...points.map((point) => point ?? 0));
  const step = WIDTH / Math.max(1, points.length - 1);
  const path = points.map((point, index) => {
    if (point === null) return '';
    const isFirst = points[index - 1] == null;
    const y = HEIGHT - 1 - (point / largest) * (HEIGHT - 2);
    return `${isFirst ? 'M' : 'L'}${(index * step).toFixed(1)} ${y.toFixed(1)}`;
  });
  return (
    <svg className={classes.spark} role="img" aria-label={description} width={WIDTH} height={HEIGHT}>
      <title>{description}</title>
      <path d={path.join('')} />
    </svg>
  );
}
