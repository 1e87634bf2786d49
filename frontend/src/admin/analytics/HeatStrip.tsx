import { useQuery } from '@tanstack/react-query';
import { type CSSProperties, useState } from 'react';
import { serverNow } from '../../api/server-clock';
import { metricsQuery } from '../../components/metrics/metric-calls';
import { formatOf, seriesOf } from '../../components/metrics/metric-data';
import { Pending } from '../../components/Pending';
import { shownZoneName } from '../../lib/local-time';
import { useZoneChoice } from '../../lib/time-zone';
import { Section } from '../../ui/Section';
import classes from './HeatStrip.module.css';
import { heatOf, weekdays } from './heat';

const HOUR_MS = 3_600_000;
const DAYS = 14;
/** More of the colour would be too dark for the figure on it. */
const MAX_TINT_PERCENT = 40;
const write = formatOf('running');

/** How many runs are executed at each hour of the week, of all channels or of one: where there is room for more. */
export function HeatStrip({ channel }: { channel: string | null }) {
  const [range] = useState(() => {
    const to = serverNow();
    return { from: to - DAYS * 24 * HOUR_MS, to };
  });
  const zone = useZoneChoice();
  const query = useQuery(
    metricsQuery({ measures: ['running'], range, stepMs: HOUR_MS, channel: channel ?? undefined }),
  );
  const { data } = query;
  const series = seriesOf(data, 'running');
  if (data !== undefined && !series?.points.some((point) => point !== null)) return null;
  return (
    <Section
      title="Running, by hour and weekday"
      aside={
        <span className="dimmed">
          Mean of the last {DAYS} days, {shownZoneName()}
        </span>
      }
    >
      {data === undefined || series === undefined ? (
        <Pending query={query} what="The hours of the week" rows={4} />
      ) : (
        <Heat rows={heatOf({ ...series, from: Date.parse(data.from) }, zone)} />
      )}
    </Section>
  );
}

function Heat({ rows }: { rows: (number | null)[][] }) {
  const most = Math.max(...rows.flat().map((value) => value ?? 0));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways is scrolled by keyboard, too
    <section className={classes.scroll} tabIndex={0} aria-label="Hours of the week">
      <table className={classes.table}>
        <caption className="visually-hidden">Runs executed at once, by hour and weekday</caption>
        <thead>
          <tr>
            <th scope="col">
              <span className="visually-hidden">Day</span>
            </th>
            {rows[0]?.map((_, hour) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: it is the hour
              <th key={hour} scope="col">
                {hour}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, day) => (
            <tr key={weekdays[day]}>
              <th scope="row">{weekdays[day]}</th>
              {row.map((value, hour) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: it is the hour
                <td key={hour} style={tintOf(value, most)}>
                  {value === null ? '–' : write(value)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const tintOf = (value: number | null, most: number): CSSProperties =>
  ({ '--tint': `${most === 0 ? 0 : Math.round((MAX_TINT_PERCENT * (value ?? 0)) / most)}%` }) as CSSProperties;
