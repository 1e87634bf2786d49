import type { Verdict } from '@job-manager/shared/contract/health';
import { memo } from 'react';
import { countOf } from '../../lib/count-of';
import classes from './DayBars.module.css';

interface Props {
  name: string;
  /** Null where nothing was sampled. */
  days: readonly (Verdict | null)[];
  firstDay: string;
  upPercent: number | null;
}

const STEP = 2;
const WIDTH = 1.4;
const HEIGHT = 20;
/** The shape shows it as well as the colour. */
const heights: Record<Verdict, number> = { OK: 8, WARNING: 14, CRITICAL: HEIGHT };
const labels: Record<Verdict, string> = { OK: 'no incident', WARNING: 'a warning', CRITICAL: 'a critical incident' };
const DAY_MS = 86_400_000;

/**
 * A bar for each day, the higher the worse; a day of which nothing is known has none. A thousand of them on a page are
 * not drawn again with each answer that changes none.
 */
export const DayBars = memo(function DayBars({ name, days, firstDay, upPercent }: Props) {
  const count = (wanted: Verdict | null) => days.filter((day) => day === wanted).length;
  const unknown = count(null);
  const counts = [
    `${countOf(count('CRITICAL'), 'day')} with a critical incident`,
    `${count('WARNING')} with a warning`,
    unknown > 0 && `${unknown} without samples`,
  ].filter(Boolean);
  const dayAt = (index: number) => new Date(Date.parse(firstDay) + index * DAY_MS).toISOString().slice(0, 10);
  return (
    <span className={classes.days}>
      <svg
        className={classes.bars}
        role="img"
        aria-label={`${name}: of ${days.length} days ${counts.join(', ')}`}
        viewBox={`0 0 ${days.length * STEP} ${HEIGHT}`}
        preserveAspectRatio="none"
      >
        {days.map(
          (day, index) =>
            day !== null && (
              // biome-ignore lint/suspicious/noArrayIndexKey: the place is the day
              <g key={index}>
                <title>{`${dayAt(index)} (UTC): ${labels[day]}`}</title>
                <rect
                  data-verdict={day}
                  x={index * STEP}
                  y={HEIGHT - heights[day]}
                  width={WIDTH}
                  height={heights[day]}
                />
              </g>
            ),
        )}
      </svg>
      <span className={classes.percent} title="Part of the sampled time without a critical incident">
        {upPercent === null ? 'no samples' : `${upPercent.toLocaleString('en')} %`}
      </span>
    </span>
  );
});
