import type { JobRunMessage } from '@job-manager/shared/contract/message';
import { type UIEvent, useRef, useState } from 'react';
import type { IndexLocationWithAlign, ListRange, VirtuosoHandle } from 'react-virtuoso';
import { indexOfLine } from './log-search';

/** So near to the end counts as there. */
export const AT_END_PX = 40;
/** A scroll so soon after a hand was on wheel, screen or keys is the reader's own. */
const BY_HAND_MS = 1_000;

interface Options {
  /** More may come: begins at the end, and stays there until the reader goes elsewhere. */
  isActive: boolean;
  /** Lines before the first one that are gone. */
  removed: number;
}

/** Where in the lines the reader is. New lines never take the reader away from there. */
export function useLogView(lines: readonly JobRunMessage[], { isActive, removed }: Options) {
  const list = useRef<VirtuosoHandle>(null);
  const firstVisible = useRef(0);
  const { isAtEnd, setAtEnd, isFollowing, handlers } = useFollowing(isActive);
  /** The line that was jumped to. */
  const [marked, setMarked] = useState<number | null>(null);
  return {
    list,
    marked,
    isAtEnd,
    isFollowing,
    handlers,
    onAtEnd: (isThere: boolean) => {
      if (isThere || !isActive) setAtEnd(isThere);
    },
    onRange: ({ startIndex }: ListRange) => {
      firstVisible.current = lines[startIndex - removed]?.seq ?? 0;
    },
    firstVisible: () => firstVisible.current,
    /** Where a list that is shown anew begins: at the place the reader was. */
    start: (): IndexLocationWithAlign =>
      isFollowing() ? { index: 'LAST', align: 'end' } : { index: indexOfLine(lines, firstVisible.current) },
    goTo: (seq: number) => {
      setAtEnd(false);
      setMarked(seq);
      list.current?.scrollToIndex({ index: indexOfLine(lines, seq), align: 'center' });
    },
    goToEnd: () => {
      setAtEnd(true);
      list.current?.scrollToIndex({ index: 'LAST', align: 'end' });
    },
  };
}
export type LogView = ReturnType<typeof useLogView>;

/**
 * Whether the reader stays at the end. Being there isn't enough to tell: lines arrive faster than the list
 * scrolls. So the reader leaves by scrolling up by hand, and comes back by reaching the end.
 */
function useFollowing(isActive: boolean) {
  const [isAtEnd, setState] = useState(isActive);
  const newest = useRef(isActive);
  const handAt = useRef(Number.NEGATIVE_INFINITY);
  const lastTop = useRef(0);
  const setAtEnd = (isThere: boolean) => {
    newest.current = isThere;
    setState(isThere);
  };
  const onHand = () => {
    handAt.current = performance.now();
  };
  const onScroll = ({ currentTarget: { scrollTop, scrollHeight, clientHeight } }: UIEvent) => {
    const isUp = scrollTop < lastTop.current;
    lastTop.current = scrollTop;
    if (scrollHeight - scrollTop - clientHeight < AT_END_PX) setAtEnd(true);
    else if (isUp && performance.now() - handAt.current < BY_HAND_MS) setAtEnd(false);
  };
  return {
    isAtEnd,
    setAtEnd,
    isFollowing: () => isActive && newest.current,
    handlers: { onScroll, onWheel: onHand, onTouchMove: onHand, onKeyDown: onHand, onPointerDown: onHand },
  };
}
