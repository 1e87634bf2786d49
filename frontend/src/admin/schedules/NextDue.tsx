import type { JobSchedule } from '@job-manager/shared/contract/schedules';
import { useServerTime } from '../../api/server-clock';
import { RelativeTime } from '../../components/RelativeTime';
import { formatMoment } from '../../lib/date-time';
import { formatInZone } from '../../lib/zone-time';
import classes from './schedules.module.css';

/** When a schedule comes due next: how soon, by the reader's clock, and by that of its own zone where that differs. */
export function NextDue({ schedule: { nextRunAt, timeZone } }: { schedule: JobSchedule }) {
  const here = useServerTime((now) => (nextRunAt === null ? '' : formatMoment(nextRunAt, now)));
  if (nextRunAt === null) return <>–</>;
  const there = formatInZone(nextRunAt, timeZone);
  const clock = there.slice('2026-11-30 '.length);
  return (
    <span title={there}>
      <RelativeTime at={nextRunAt} />
      <span className={classes.clock}>
        {clock.startsWith(here.slice(-'03:00'.length)) ? here : `${here} · ${clock}`}
      </span>
    </span>
  );
}
