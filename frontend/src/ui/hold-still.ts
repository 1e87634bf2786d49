import { useEffect, useState, useSyncExternalStore } from 'react';

// Shared by all parts of a page: content that appears above a list moves it as much as its own rows.
let holders = 0;
const listeners = new Set<() => void>();

function add(change: 1 | -1): void {
  holders += change;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Holds the page still while `isHeld` is true: each user of `useSteady` keeps what it shows. */
export function useHoldStill(isHeld: boolean): void {
  useEffect(() => {
    if (!isHeld) return;
    add(1);
    return () => add(-1);
  }, [isHeld]);
}

/** Whether any part of the page is holding it still. */
export const useIsHeldStill = (): boolean => useSyncExternalStore(subscribe, () => holders > 0);

/** The value, or while the page is held still the one that was shown before. */
export function useSteady<Value>(value: Value): Value {
  const isHeld = useIsHeldStill();
  const [shown, setShown] = useState(value);
  if (!isHeld && !Object.is(shown, value)) setShown(value);
  return isHeld ? shown : value;
}
