import { useEffect, useRef } from 'react';
import { useLocation, useNavigationType } from 'react-router-dom';

/** How far each address was scrolled when it was left; it ends with the tab. */
const positions = new Map<string, number>();
/** As long as a list that was read before takes to be drawn again. */
const RESTORE_FOR_MS = 2_000;

const addressNow = (): string => window.location.pathname + window.location.search;

/**
 * Begins each page at its top, but returns to where one was after Back, or by a link that requests it with
 * `keepsScroll`.
 */
export function useScrollMemory(): void {
  const { pathname, state } = useLocation();
  const type = useNavigationType();
  const isReturn = type === 'POP' || (state as { keepsScroll?: boolean } | null)?.keepsScroll === true;
  const previous = useRef(pathname);
  useEffect(() => {
    const note = () => positions.set(addressNow(), window.scrollY);
    window.addEventListener('scroll', note, { passive: true });
    return () => window.removeEventListener('scroll', note);
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page is what counts, not how one came to it
  useEffect(() => {
    if (previous.current === pathname) return;
    previous.current = pathname;
    const target = isReturn ? (positions.get(addressNow()) ?? 0) : 0;
    window.scrollTo(0, target);
    if (target > 0) return restoreWhenDrawn(target);
  }, [pathname]);
}

/** Tries again while the page grows, until it is long enough, the reader scrolls, or time is over. */
function restoreWhenDrawn(target: number): () => void {
  const observer = new ResizeObserver(() => {
    window.scrollTo(0, target);
    if (Math.abs(window.scrollY - target) < 2) end();
  });
  const timer = setTimeout(end, RESTORE_FOR_MS);
  const byReader = ['wheel', 'touchmove', 'keydown', 'pointerdown'];
  function end() {
    clearTimeout(timer);
    observer.disconnect();
    for (const type of byReader) window.removeEventListener(type, end);
  }
  for (const type of byReader) window.addEventListener(type, end, { passive: true });
  observer.observe(document.body);
  return end;
}
