import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { useQuery } from '@tanstack/react-query';
import { createContext, type PropsWithChildren, useContext, useEffect, useMemo, useState } from 'react';
import { useIsIdle } from '../../lib/idle';
import { activeQuery } from '../job-queries';
import { useServerTime } from '../server-clock';
import { useLive, useReconnectNow } from './LiveProvider';

/** How often the list is read over HTTP while the socket doesn't get through. */
export const FALLBACK_EVERY_MS = 10_000;
/** After so many failed tries the page checks whether the server answers at all; after one more only the socket fails. */
const ASK_FROM_FAILURES = 2;
const BLOCKED_FROM_FAILURES = 3;
/** A connection that was there may be back in a moment: a server restarts, a laptop wakes. */
const LOST_FOR_MS = 20_000;

interface Fallback {
  /** The server answers, and the socket doesn't get through. */
  isBlocked: boolean;
  /** The active runs as the server answered last, and when that was by this machine's clock; null while the socket has them. */
  active: { runs: JobRunSummary[]; readAt: number } | null;
}

const FallbackContext = createContext<Fallback>({ isBlocked: false, active: null });

/**
 * Reads the active runs over HTTP for all parts of the page, as long as the socket doesn't get through; a tab without
 * input for ten minutes reads none until the next one.
 */
export function HttpFallback({ children }: PropsWithChildren) {
  const isAway = useIsSocketAway();
  const failures = useLive((live) => live.failures);
  const isIdle = useIsIdle();
  const list = useQuery({
    ...activeQuery(),
    enabled: isAway && !isIdle,
    refetchInterval: FALLBACK_EVERY_MS,
    retry: false,
  });
  const isAnswered = isAway && list.data !== undefined && !list.isError;
  const isBlocked = isAnswered && failures >= BLOCKED_FROM_FAILURES;

  const reconnect = useReconnectNow();
  const isWorthATry = isAnswered && failures < BLOCKED_FROM_FAILURES;
  useEffect(() => {
    if (isWorthATry) reconnect();
  }, [isWorthATry, reconnect]);

  const runs = isBlocked ? list.data : undefined;
  const readAt = list.dataUpdatedAt;
  const value = useMemo(
    () => ({ isBlocked, active: runs === undefined ? null : { runs, readAt } }),
    [isBlocked, runs, readAt],
  );
  return <FallbackContext value={value}>{children}</FallbackContext>;
}

export const useFallback = (): Fallback => useContext(FallbackContext);

/** Whether the socket has failed often, and, where it was there before, for long. */
function useIsSocketAway(): boolean {
  const status = useLive((live) => live.status);
  const isFailing = useLive((live) => live.failures >= ASK_FROM_FAILURES);
  const [lostAt, setLostAt] = useState<number | null>(null);
  const isLost = status === 'reconnecting';
  if (isLost !== (lostAt !== null)) setLostAt(isLost ? Date.now() : null);
  // By this machine's clock; the shared one only makes it tick.
  const isPatient = useServerTime(() => isLost && Date.now() - (lostAt ?? Date.now()) < LOST_FOR_MS);
  return isFailing && !isPatient && (isLost || status === 'connecting');
}
