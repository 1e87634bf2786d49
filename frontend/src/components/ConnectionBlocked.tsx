import { useQuery } from '@tanstack/react-query';
import { FALLBACK_EVERY_MS, useFallback } from '../api/live/HttpFallback';
import { useLive } from '../api/live/LiveProvider';
import { mount } from '../api/mount';
import { formatClock } from '../lib/date-time';

const BLOCKED_TEXT = 'The server answers, but its WebSocket can’t be reached: a proxy or gateway has to pass /ws on.';

/** What keeps the socket away, as far as is known, and how the list comes meanwhile. */
export function ConnectionBlocked() {
  const { active } = useFallback();
  const refusedBecause = useLive((live) => live.refusedBecause);
  const { data: reason } = useQuery({ ...socketPathQuery(), enabled: refusedBecause === null });
  return (
    <>
      {refusedBecause ?? `${BLOCKED_TEXT} ${reason ?? ''}`}{' '}
      <span aria-live="off">
        Data may be stale by some seconds: it is read every {FALLBACK_EVERY_MS / 1_000} s instead, last{' '}
        {active !== null && <strong>{`at ${formatClock(new Date(active.readAt).toISOString())}`}</strong>}.
      </span>
    </>
  );
}

/** What answers at the address of the socket, as text: a page can't read why its socket failed. */
const socketPathQuery = () => ({
  queryKey: ['socket path'],
  queryFn: async ({ signal }: { signal: AbortSignal }): Promise<string> => {
    const { status, headers } = await fetch(`${mount}/ws`, { cache: 'no-store', signal });
    // The server's own answer to requests that are no WebSocket.
    const hasArrived = headers.get('content-type')?.startsWith('application/problem+json');
    return hasArrived
      ? 'Requests to /ws do arrive, but not as WebSockets: the headers Upgrade and Connection are not passed on, or the browser or an extension blocks them.'
      : `Requests to /ws are answered with HTTP ${status} before they arrive at the server.`;
  },
  meta: { isQuiet: true },
  retry: false,
});
