import { useServerTime } from '../api/server-clock';
import { formatDateTime, withZone } from '../lib/date-time';
import { formatAgo, formatDuration } from '../lib/duration';

interface Props {
  at: string;
  /** It has happened: a clock that is behind must not turn it into a time to come. */
  isPast?: boolean;
}

/** "3m ago" by the server's clock, with the exact time on hover. */
export function RelativeTime({ at, isPast = false }: Props) {
  return (
    <time dateTime={at} title={withZone(formatDateTime(at), at)} className="tabular">
      <Ago at={at} isPast={isPast} />
    </time>
  );
}

/** What ticks is a part of its own: of a hundred times on a page, none is formatted again each second. */
function Ago({ at, isPast = false }: Props) {
  return useServerTime((now) => {
    const since = now - Date.parse(at);
    return formatAgo(isPast ? Math.max(0, since) : since);
  });
}

/** How long something has been going on: "2m 5s", ticking. */
export function Elapsed({ since }: { since: string }) {
  const text = useServerTime((now) => formatDuration(Math.max(1_000, now - Date.parse(since))));
  return <span className="tabular">{text}</span>;
}

/** The exact time, with the relative one beside it. */
export function DateTime({ at }: { at: string }) {
  return (
    <time dateTime={at} title={withZone(formatDateTime(at), at)}>
      {formatDateTime(at)}{' '}
      <span className="dimmed unbroken">
        (<Ago at={at} />)
      </span>
    </time>
  );
}

/** The exact time alone, with its zone on hover. */
export function ExactTime({ at }: { at: string }) {
  return (
    <time dateTime={at} title={withZone(formatDateTime(at), at)}>
      {formatDateTime(at)}
    </time>
  );
}
