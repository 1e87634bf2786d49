import type { PauseState } from '@job-manager/shared/contract/pause';
import { useServerTime } from '../api/server-clock';
import { formatMoment } from '../lib/date-time';
import { RelativeTime } from './RelativeTime';

/** Who paused something, since when, why, and until when. */
export function PausedNote({ paused: { at, by, reason, resumeAt } }: { paused: PauseState }) {
  const end = useServerTime((now) => (resumeAt === null ? '' : `, until ${formatMoment(resumeAt, now)}`));
  return (
    <span>
      Paused <RelativeTime at={at} />
      {by && ` by ${by}`}
      {end}
      {reason && `: ${reason}`}
    </span>
  );
}
