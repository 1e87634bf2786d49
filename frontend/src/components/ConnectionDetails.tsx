import { Button } from '@mantine/core';
import { useFallback } from '../api/live/HttpFallback';
import { useLive, useReconnectNow } from '../api/live/LiveProvider';
import { useServerTime } from '../api/server-clock';
import { formatAgo } from '../lib/duration';
import classes from './ConnectionIndicator.module.css';

/** How the connection is doing: what was heard last, which try it is on, and a way to try now. */
export function ConnectionDetails() {
  const status = useLive((live) => live.status);
  const { isBlocked } = useFallback();
  return (
    <div className={classes.details}>
      <p className={classes.state}>
        {status === 'live'
          ? 'Changes arrive as they happen.'
          : isBlocked
            ? 'The list is read every 10 s meanwhile.'
            : 'The list continues by itself as soon as the server answers.'}
      </p>
      <dl className={classes.facts}>
        <dt>Last message</dt>
        <dd>
          <LastMessage />
        </dd>
        {status !== 'live' && (
          <>
            <dt>Attempt</dt>
            <dd>
              <Attempt />
            </dd>
          </>
        )}
      </dl>
      {status !== 'live' && <ReconnectNow />}
    </div>
  );
}

/** When the server was last heard. */
export function LastMessage() {
  const heardAt = useLive((live) => live.heardAt);
  // By this machine's own clock, as `heardAt` is; the shared clock only makes it tick.
  const text = useServerTime(() => (heardAt === null ? 'none yet' : formatAgo(Date.now() - heardAt)));
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
