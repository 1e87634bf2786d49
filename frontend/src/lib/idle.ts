import { useSyncExternalStore } from 'react';

/** After so long without input a tab counts as unattended. */
const IDLE_AFTER_MS = 10 * 60_000;

const INPUTS = ['pointerdown', 'keydown', 'wheel', 'touchstart'] as const;
const listeners = new Set<() => void>();
let lastInputAt = Date.now();
let isIdle = false;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Whether there was no input for ten minutes. A press, a key or a return to the tab ends it, a mere move does not. */
export const useIsIdle = (): boolean => useSyncExternalStore(subscribe, () => isIdle);

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) start();
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) stop();
  };
}

function start(): void {
  for (const name of INPUTS) document.addEventListener(name, endIdle, { capture: true, passive: true });
  document.addEventListener('pointermove', noteInput, { capture: true, passive: true });
  document.addEventListener('visibilitychange', onVisibility);
  noteInput();
  isIdle = false;
  check();
}

function stop(): void {
  for (const name of INPUTS) document.removeEventListener(name, endIdle, { capture: true });
  document.removeEventListener('pointermove', noteInput, { capture: true });
  document.removeEventListener('visibilitychange', onVisibility);
  clearTimeout(timer);
}

function noteInput(): void {
  lastInputAt = Date.now();
}

function endIdle(): void {
  noteInput();
  if (!isIdle) return;
  setIdle(false);
  check();
}

function onVisibility(): void {
  if (document.visibilityState === 'visible') endIdle();
}

/** Checks again when the ten minutes would be over, so that each input costs no timer. */
function check(): void {
  const restMs = lastInputAt + IDLE_AFTER_MS - Date.now();
  if (restMs > 0) timer = setTimeout(check, restMs);
  else setIdle(true);
}

function setIdle(next: boolean): void {
  isIdle = next;
  for (const listener of listeners) listener();
}
