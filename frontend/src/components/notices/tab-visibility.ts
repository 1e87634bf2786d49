const LOCK = 'job-manager: a tab is visible';

/** Lets the other tabs find out whether this one is visible. The browser releases the lock of a tab that is closed. */
export function announceVisibility(): () => void {
  let release: (() => void) | undefined;
  const update = () => {
    if (document.visibilityState === 'hidden') {
      release?.();
      release = undefined;
    } else if (release === undefined) {
      const untilHidden = new Promise<void>((resolve) => {
        release = resolve;
      });
      void navigator.locks?.request(LOCK, { mode: 'shared' }, () => untilHidden);
    }
  };
  document.addEventListener('visibilitychange', update);
  update();
  return () => {
    document.removeEventListener('visibilitychange', update);
    release?.();
  };
}

/** Whether any tab of the panel is visible. */
export async function isAnyTabVisible(): Promise<boolean> {
  if (document.visibilityState === 'visible') return true;
  const locks = await navigator.locks?.query();
  return locks?.held?.some(({ name }) => name === LOCK) ?? false;
}
