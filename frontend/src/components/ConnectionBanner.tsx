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
/** After this it is hardly a server that restarts. */
const ADVICE_AFTER_MS = 300_000;

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

const STALE = 'Data may be stale: the server has sent nothing for more than';
const silenceTexts = {
  short: 'Reconnecting. The list continues by itself as soon as the server answers.',
  stale: `${STALE} a minute. Still trying to reconnect.`,
  long: `${STALE} 5 minutes. Reload the page, and check that other pages load; if they do, contact the operator of this server.`,
};

function Lost() {
  const receivedAt = useLive((live) => live.receivedAt);
  const refusedBecause = useLive((live) => live.refusedBecause);
  const silence = useServerTime(() => {
    const silentMs = Date.now() - (receivedAt ?? Date.now());
    return silentMs > ADVICE_AFTER_MS ? 'long' : silentMs > STALE_AFTER_MS ? 'stale' : 'short';
  });
  return refusedBecause ?? silenceTexts[silence];
}
