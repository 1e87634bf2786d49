import { type RefObject, useLayoutEffect } from 'react';

/** While `isFrozen`, each row that is in view keeps its height, whatever its run reports: those below must not move. */
export function useFrozenHeights(list: RefObject<HTMLElement | null>, isFrozen: boolean): void {
  useLayoutEffect(() => {
    const element = list.current;
    if (element === null || !isFrozen) return;
    const freeze = () => {
      for (const row of rowsOf(element)) {
        if (row.style.blockSize === '' && isDrawn(row)) row.style.blockSize = `${row.getBoundingClientRect().height}px`;
      }
    };
    freeze();
    // Others come into view by scrolling, which moves the pointer or the focus onto another element.
    element.addEventListener('pointerover', freeze);
    element.addEventListener('focusin', freeze);
    return () => {
      element.removeEventListener('pointerover', freeze);
      element.removeEventListener('focusin', freeze);
      for (const row of rowsOf(element)) row.style.blockSize = '';
    };
  }, [list, isFrozen]);
}

const rowsOf = (list: HTMLElement): HTMLElement[] => [...list.children].filter((row) => row instanceof HTMLElement);

/** The height of a row out of view is an estimate. */
const isDrawn = (row: HTMLElement): boolean => row.checkVisibility?.({ contentVisibilityAuto: true }) ?? true;
