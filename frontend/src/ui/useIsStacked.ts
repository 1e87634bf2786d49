import { useMediaQuery } from '@mantine/hooks';
import { type RefObject, useLayoutEffect, useState } from 'react';

const widths = { phone: '(max-width: 48em)', tablet: '(max-width: 62em)' } as const;
export type StackWidth = keyof typeof widths;

/**
 * Whether the rows of a table stand as cards: on screens up to a size, and wherever the table is wider than the element
 * around it, as with long names beside the navigation. It is a table again once there is as much room as it took.
 */
export function useIsStacked(table: RefObject<HTMLTableElement | null>, stackOn: StackWidth): boolean {
  const isSmall = useMediaQuery(widths[stackOn], false, { getInitialValueInEffect: false });
  /** The width of the table that found no room; null while it has room. */
  const [neededPx, setNeeded] = useState<number | null>(null);
  const isStacked = isSmall || neededPx !== null;
  useLayoutEffect(() => {
    const element = table.current;
    const room = element?.parentElement;
    if (!element || !room) return;
    const measure = () => {
      if (neededPx !== null) {
        if (room.clientWidth >= neededPx) setNeeded(null);
      } else if (!isSmall && element.offsetWidth > room.clientWidth + 1) setNeeded(element.offsetWidth);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(room);
    observer.observe(element);
    return () => observer.disconnect();
  }, [table, isSmall, neededPx]);
  return isStacked;
}
