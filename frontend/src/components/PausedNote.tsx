import type { PauseState } from '@job-manager/shared/contract/pause';
import { useServerTime } from '../api/server-clock';
import { formatMoment } from '../lib/date-time';
import { formatAgo } from '../lib/duration';
import { RelativeTime } from './RelativeTime';

/** Who paused something, since when, why, and until when. */
export function PausedNote({ paused: { at, by, reason, resumeAt } }: { paused: PauseState }) {
  const end = useServerTime((now) => (resumeAt === null ? '' : describeEnd(resumeAt, now)));
  return (
    <span title={reason ?? undefined}>
      Paused <RelativeTime at={at} />
      {by && ` by ${by}`}
      {end}
      {reason && `: ${reason}`}
    </span>
  );
}

/** `, until 13:25 (in 12m)`. */
function describeEnd(resumeAt: string, now: number): string {
  const leftMs = Date.parse(resumeAt) - now;
  return `, until ${formatMoment(resumeAt, now)}${leftMs > 0 ? ` (${formatAgo(-leftMs)})` : ''}`;
}
