import { Button } from '@mantine/core';
import { useLive, useReconnectNow } from '../api/live/LiveProvider';
import { useServerTime } from '../api/server-clock';
import { formatAgo } from '../lib/duration';

/** When the server's last message came. */
export function LastMessage() {
  const receivedAt = useLive((live) => live.receivedAt);
  // By this machine's own clock, as `receivedAt` is; the shared clock only makes it tick.
  const text = useServerTime(() => (receivedAt === null ? 'none yet' : formatAgo(Date.now() - receivedAt)));
  return <span className="tabular">{text}</span>;
}

/** "3, next in 4s": which try is under way or due. */
export function Attempt() {
  const failures = useLive((live) => live.failures);
  const retryAt = useLive((live) => live.retryAt);
  const wait = useServerTime(() => (retryAt === null ? 0 : Math.ceil(Math.max(0, retryAt - Date.now()) / 1_000)));
  return (
    <span className="tabular">
      {Math.max(1, failures)}, {wait > 0 ? `next in ${wait}s` : 'trying now'}
    </span>
  );
}

export function ReconnectNow() {
  const reconnect = useReconnectNow();
  const isWaiting = useLive((live) => live.retryAt !== null);
  return (
    <Button variant="default" onClick={reconnect} disabled={!isWaiting}>
      Reconnect now
    </Button>
  );
}
