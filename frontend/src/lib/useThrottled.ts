import { useCallback, useEffect, useRef, useState } from 'react';
import { throttle } from './throttle';

/**
 * A stable function that calls the newest `act` at once, then at most once per `intervalMs`. In a hidden tab it calls
 * nothing; what was wanted meanwhile is done once the tab is visible again.
 */
export function useThrottled(act: () => void, intervalMs: number): () => void {
  const newest = useRef(act);
  const isMissed = useRef(false);
  useEffect(() => {
    newest.current = act;
  });
  const [throttled] = useState(() =>
    throttle(() => {
      // It was visible when this was wanted, and needn't be now.
      if (document.visibilityState === 'hidden') isMissed.current = true;
      else newest.current();
    }, intervalMs),
  );
  const call = useCallback(() => {
    if (document.visibilityState === 'hidden') isMissed.current = true;
    else throttled();
  }, [throttled]);
  useEffect(() => {
    const catchUp = () => {
      if (document.visibilityState === 'hidden' || !isMissed.current) return;
      isMissed.current = false;
      throttled();
    };
    document.addEventListener('visibilitychange', catchUp);
    return () => {
      document.removeEventListener('visibilitychange', catchUp);
      throttled.stop();
    };
  }, [throttled]);
  return call;
}
