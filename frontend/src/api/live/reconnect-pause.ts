const MIN_MS = 300;
const FIRST_CEILING_MS = 1_500;
const LAST_CEILING_MS = 15_000;
const GROWTH = 1.7;

/** How long to wait before trying again after so many failures in a row; somewhere below a growing ceiling. */
export function reconnectDelay(failures: number, random: () => number): number {
  if (failures === 0) return 0;
  // The whole width is left to chance: a restarted server must not be met by every tab at once.
  return MIN_MS + random() * Math.min(LAST_CEILING_MS, FIRST_CEILING_MS * GROWTH ** (failures - 1));
}

/** The wait before the next try, which a caller can cut short when a try is worth it now. */
export function createReconnectPause() {
  let end: (() => void) | undefined;
  return {
    wait: (ms: number) =>
      new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        end = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
    cutShort: () => end?.(),
  };
}
