import { useEffect, useRef, useState } from 'react';
import { throttle } from './throttle';

/** A stable function that calls the newest `act` at once, then at most once per `intervalMs`. */
export function useThrottled(act: () => void, intervalMs: number): () => void {
  const newest = useRef(act);
  useEffect(() => {
    newest.current = act;
  });
  const [throttled] = useState(() => throttle(() => newest.current(), intervalMs));
  useEffect(() => () => throttled.stop(), [throttled]);
  return throttled;
}
