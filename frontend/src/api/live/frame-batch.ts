/** Hands over everything that came within one animation frame as one batch. */
export interface FrameBatch<Item> {
  add(item: Item): void;
  /** Hands over the waiting messages now. */
  flush(): void;
  clear(): void;
}

/** Frames stop in a hidden tab; a timer then takes their place, so that nothing piles up. */
const WITHOUT_FRAMES_MS = 250;

export function createFrameBatch<Item>(deliver: (items: Item[]) => void): FrameBatch<Item> {
  let items: Item[] = [];
  let frame: number | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const unschedule = () => {
    if (frame !== undefined) cancelAnimationFrame(frame);
    clearTimeout(timer);
    frame = undefined;
    timer = undefined;
  };
  const flush = () => {
    unschedule();
    if (items.length === 0) return;
    const batch = items;
    items = [];
    deliver(batch);
  };

  return {
    add: (item) => {
      items.push(item);
      frame ??= requestAnimationFrame(flush);
      timer ??= setTimeout(flush, WITHOUT_FRAMES_MS);
    },
    flush,
    clear: () => {
      unschedule();
      items = [];
    },
  };
}
