import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useIsIdle } from '../lib/idle';
import { refreshStaleBadges } from './useBadges';

/** The intervals to choose from, in seconds. */
export const refreshIntervals = [5, 15, 30, 60] as const;
type Interval = (typeof refreshIntervals)[number];

export interface RefreshChoice {
  isOn: boolean;
  everyS: Interval;
}

export interface AutoRefreshOptions {
  /** Names the page in this browser's memory of choices. */
  page: string;
  /** Whether the page is read again by itself where this browser has no other choice. */
  isOnByDefault?: boolean;
  /** When the shown data was read, by this machine's clock. */
  updatedAt: number;
  isFetching: boolean;
  onRefresh: () => void;
}

const TICK_MS = 1_000;

/**
 * Reads a page again at the chosen interval. A hidden tab, one without input for ten minutes, and a page on which a
 * dialog, a selection or a text field is active make no request; what fell due meanwhile is read once after that.
 */
export function useAutoRefresh(options: AutoRefreshOptions) {
  const { page, isOnByDefault = false } = options;
  const [choice, setChoice] = useState(() => readChoice(page, isOnByDefault));
  const isIdle = useIsIdle();
  const queryClient = useQueryClient();
  const latest = useRef(options);
  useEffect(() => {
    latest.current = options;
  });
  const { isOn, everyS } = choice;
  const isPaused = isOn && isIdle;
  useEffect(() => {
    if (!isOn || isPaused) return;
    // The page reads itself when it opens; where that failed, the next attempt comes an interval later.
    let requestedAt = latest.current.updatedAt || Date.now();
    const timer = setInterval(() => {
      const { updatedAt, isFetching, onRefresh } = latest.current;
      const isDue = Date.now() - Math.max(updatedAt, requestedAt) >= everyS * 1_000;
      if (!isDue || isFetching || isHeld()) return;
      requestedAt = Date.now();
      onRefresh();
      refreshStaleBadges(queryClient);
    }, TICK_MS);
    return () => clearInterval(timer);
  }, [isOn, everyS, isPaused, queryClient]);
  const choose = (next: RefreshChoice) => {
    setChoice(next);
    keepChoice(page, next);
  };
  return { ...choice, isPaused, choose };
}

const HOLDS = [
  '[aria-modal="true"]',
  'input:focus:not([type="checkbox"], [type="radio"]), textarea:focus, select:focus, [contenteditable="true"]:focus',
  // Ticked rows.
  'tbody input[type="checkbox"]:checked',
].join();

/** Whether new rows would disturb what the reader does, or no reader can see them. */
const isHeld = (): boolean =>
  document.visibilityState === 'hidden' ||
  document.querySelector(HOLDS) !== null ||
  document.getSelection()?.isCollapsed === false;

const keyOf = (page: string): string => `job-manager: auto-refresh ${page}`;

function readChoice(page: string, isOn: boolean): RefreshChoice {
  try {
    const [state, seconds] = (localStorage.getItem(keyOf(page)) ?? '').split(' ');
    const everyS = refreshIntervals.find((each) => String(each) === seconds);
    if (everyS !== undefined) return { isOn: state === 'on', everyS };
  } catch {
    // Storage is switched off: the page does as by default.
  }
  return { isOn, everyS: 15 };
}

function keepChoice(page: string, { isOn, everyS }: RefreshChoice): void {
  try {
    localStorage.setItem(keyOf(page), `${isOn ? 'on' : 'off'} ${everyS}`);
  } catch {
    // Storage full or switched off: it counts for this visit.
  }
}
