import { IconPlugConnectedX } from '@tabler/icons-react';
import { Suspense } from 'react';
import { useFallback } from '../api/live/HttpFallback';
import { useLive } from '../api/live/LiveProvider';
import { useServerTime } from '../api/server-clock';
import { Banner } from '../ui/Banner';
import { useSteady } from '../ui/hold-still';
import { loadable } from '../ui/loadable';
import { Attempt, LastMessage, ReconnectNow } from './ConnectionFacts';

// Loaded when needed: the server answers, so it can be.
const ConnectionBlocked = loadable(() => import('./ConnectionBlocked').then((module) => module.ConnectionBlocked));

const STALE_AFTER_MS = 60_000;

/** Shows that the page no longer follows, why as far as is known, and how old it may be. */
export function ConnectionBanner() {
  const isLost = useLive((live) => live.status === 'reconnecting');
  const { isBlocked } = useFallback();
  const isShown = useSteady(isLost || isBlocked);
  if (!isShown) return null;
  return (
    <Banner
      icon={IconPlugConnectedX}
      title={isBlocked && !isLost ? BLOCKED_TITLE : 'Real-time updates paused'}
      actions={<ReconnectNow />}
    >
      {isBlocked ? (
        <Suspense fallback={null}>
          {isLost && `${BLOCKED_TITLE}. `}
          <ConnectionBlocked />
        </Suspense>
      ) : (
        <Lost />
      )}{' '}
      {/* Ticks each second: not to be read aloud each time. */}
      <span aria-live="off">
        Attempt <Attempt />. Last message <LastMessage />.
      </span>
    </Banner>
  );
}

const BLOCKED_TITLE = "Real-time updates don't get through";

function Lost() {
  const receivedAt = useLive((live) => live.receivedAt);
  const refusedBecause = useLive((live) => live.refusedBecause);
  const isStale = useServerTime(() => Date.now() - (receivedAt ?? Date.now()) > STALE_AFTER_MS);
  if (refusedBecause !== null) return refusedBecause;
  return isStale
    ? 'Data may be stale: the server has sent nothing for more than a minute. Still trying to reconnect.'
    : 'Reconnecting. The list continues by itself as soon as the server answers.';
}
