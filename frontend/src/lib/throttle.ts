export interface Throttled {
  (): void;
  /** Forgets a call that is still waiting. */
  stop(): void;
}

/** Calls `act` at once and then at most once per `intervalMs`; calls in between are joined into one at its end. */
export function throttle(act: () => void, intervalMs: number): Throttled {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isWaiting = false;

  const call = () => {
    if (timer !== undefined) {
      isWaiting = true;
      return;
    }
    act();
    timer = setTimeout(() => {
      timer = undefined;
      if (!isWaiting) return;
      isWaiting = false;
      call();
    }, intervalMs);
  };

  return Object.assign(call, {
    stop: () => {
      clearTimeout(timer);
      timer = undefined;
      isWaiting = false;
    },
  });
}
