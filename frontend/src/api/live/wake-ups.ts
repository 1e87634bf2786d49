const CHECK_EVERY_MS = 5_000;
/** A timer this late means that the machine slept, or the browser froze the tab. */
const SLEPT_MS = 15_000;

/**
 * Calls back when the connection should be checked: the network is back, the tab is visible again, the machine resumed.
 */
export function watchWakeUps(onWakeUp: () => void): () => void {
  let checkedAt = Date.now();
  const check = () => {
    const slept = Date.now() - checkedAt - CHECK_EVERY_MS;
    checkedAt = Date.now();
    if (slept > SLEPT_MS) onWakeUp();
  };
  const timer = setInterval(check, CHECK_EVERY_MS);
  const onVisibility = () => {
    if (document.visibilityState === 'visible') onWakeUp();
  };
  window.addEventListener('online', onWakeUp);
  window.addEventListener('pageshow', onWakeUp);
  document.addEventListener('visibilitychange', onVisibility);
  return () => {
    clearInterval(timer);
    window.removeEventListener('online', onWakeUp);
    window.removeEventListener('pageshow', onWakeUp);
    document.removeEventListener('visibilitychange', onVisibility);
  };
}
