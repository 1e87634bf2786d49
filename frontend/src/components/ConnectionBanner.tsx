import { IconPlugConnectedX } from '@tabler/icons-react';
import { useLive } from '../api/live/LiveProvider';
import { useServerTime } from '../api/server-clock';
import { Banner } from '../ui/Banner';
import { useSteady } from '../ui/hold-still';
import { Attempt, LastMessage, ReconnectNow } from './ConnectionDetails';

const STALE_AFTER_MS = 60_000;

/** Says that the list has stopped following, and after a minute that it may no longer be true. */
export function ConnectionBanner() {
  const isPaused = useSteady(useLive((live) => live.status === 'reconnecting'));
  const heardAt = useLive((live) => live.heardAt);
  const isStale = useServerTime(() => isPaused && Date.now() - (heardAt ?? Date.now()) > STALE_AFTER_MS);
  if (!isPaused) return null;
  return (
    <Banner icon={IconPlugConnectedX} title="Real-time updates paused" actions={<ReconnectNow />}>
      {isStale
        ? 'Data may be stale: nothing has been heard from the server for more than a minute. Still trying to reconnect.'
        : 'Reconnecting. The list continues by itself as soon as the server answers.'}{' '}
      {/* Ticks each second: not to be read aloud each time. */}
      <span aria-live="off">
        Attempt <Attempt />. Last message <LastMessage />.
      </span>
    </Banner>
  );
}
