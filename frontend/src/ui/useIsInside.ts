import { type RefObject, useEffect, useState } from 'react';
import { isReturningFocus } from './useReturnFocus';

/**
 * Whether the pointer, or a focus that came by keyboard, is inside an element. A click focuses a button as well, and a
 * closed dialog gives the focus back, but there the reader may be gone. By `pointermove` a pointer counts that was
 * moved inside, and not one that rests where the element came to lie, as where a dialog was closed.
 */
export function useIsInside(
  zone: RefObject<HTMLElement | null>,
  by: 'pointerenter' | 'pointermove' = 'pointerenter',
): boolean {
  const [hasPointer, setPointer] = useState(false);
  const [hasFocus, setFocus] = useState(false);

  useEffect(() => {
    const element = zone.current;
    if (element === null) return;
    const listeners: Record<string, (event: Event) => void> = {
      [by]: () => setPointer(true),
      pointerleave: () => setPointer(false),
      focusin: ({ target }) =>
        setFocus(target instanceof Element && target.matches(':focus-visible') && !isReturningFocus()),
      focusout: (event) => {
        if (!contains(element, (event as FocusEvent).relatedTarget)) setFocus(false);
      },
    };
    for (const [type, listener] of Object.entries(listeners)) element.addEventListener(type, listener);
    return () => {
      for (const [type, listener] of Object.entries(listeners)) element.removeEventListener(type, listener);
    };
  }, [zone, by]);

  // An element that goes, or is disabled, under the pointer or the focus may send no event of its leaving.
  useEffect(() => {
    if (!hasPointer) return;
    const onMove = ({ target }: PointerEvent) => setPointer(contains(zone.current, target));
    document.addEventListener('pointerover', onMove);
    return () => document.removeEventListener('pointerover', onMove);
  }, [zone, hasPointer]);
  useEffect(() => {
    if (hasFocus && !contains(zone.current, document.activeElement)) setFocus(false);
  });

  return hasPointer || hasFocus;
}

const contains = (zone: HTMLElement | null, target: EventTarget | null): boolean =>
  zone !== null && target instanceof Node && zone.contains(target);
