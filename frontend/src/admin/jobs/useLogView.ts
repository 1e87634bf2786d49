import type { JobRunMessage } from '@job-manager/shared/contract/message';
import { type RefObject, type UIEvent, useEffect, useRef, useState } from 'react';
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
  /** The line that the address names: shown as soon as it has been read. */
  linked: number | null;
}

/** Where in the lines the reader is. New lines never take the reader away from there. */
export function useLogView(lines: readonly JobRunMessage[], { isActive, removed, linked }: Options) {
  const list = useRef<VirtuosoHandle>(null);
  const firstVisible = useRef(0);
  /** The line that was jumped to. */
  const [marked, setMarked] = useState<number | null>(null);
  const jump = useJump(list, lines);
  const { isAtEnd, setAtEnd, isFollowing, handlers } = useFollowing(isActive && linked === null, jump.end);
  const goTo = (seq: number) => {
    setAtEnd(false);
    setMarked(seq);
    jump.to(seq);
  };
  useLinkedLine(lines, linked, goTo);
  return {
    list,
    marked,
    isAtEnd,
    isFollowing,
    handlers,
    onAtEnd: (isThere: boolean) => {
      if (isThere || !isActive) setAtEnd(isThere);
    },
    onRange: ({ startIndex, endIndex }: ListRange) => {
      firstVisible.current = lines[startIndex - removed]?.seq ?? 0;
      jump.onDrawn(startIndex - removed, endIndex - removed);
    },
    firstVisible: () => firstVisible.current,
    /** Where a list that is shown again begins: at the place the reader was. */
    start: (): IndexLocationWithAlign => {
      if (linked !== null && marked === null) return { index: indexOfLine(lines, linked), align: 'center' };
      return isFollowing() ? { index: 'LAST', align: 'end' } : { index: indexOfLine(lines, firstVisible.current) };
    },
    goTo,
    mark: setMarked,
    goToEnd: () => {
      jump.end();
      setAtEnd(true);
      list.current?.scrollToIndex({ index: 'LAST', align: 'end' });
    },
  };
}
export type LogView = ReturnType<typeof useLogView>;

/** So long after a jump the list is led back to where it was sent. */
const JUMP_MS = 3_000;

/**
 * Scrolls to a line, and once more where the list went elsewhere: one that has just been drawn again goes to where it
 * begins, after a jump that came meanwhile.
 */
function useJump(list: RefObject<VirtuosoHandle | null>, lines: readonly JobRunMessage[]) {
  const target = useRef<{ seq: number; until: number } | null>(null);
  const scroll = (seq: number) => list.current?.scrollToIndex({ index: indexOfLine(lines, seq), align: 'center' });
  return {
    to: (seq: number) => {
      target.current = { seq, until: performance.now() + JUMP_MS };
      scroll(seq);
    },
    /** These lines are drawn: those on screen, and as many before as after them. */
    onDrawn: (first: number, last: number) => {
      if (target.current === null) return;
      const { seq, until } = target.current;
      const index = indexOfLine(lines, seq);
      const margin = (last - first) / 3;
      const isThere = (first === 0 || index >= first + margin) && (last >= lines.length - 1 || index <= last - margin);
      if (isThere || performance.now() > until) target.current = null;
      else scroll(seq);
    },
    end: () => {
      target.current = null;
    },
  };
}

/** Goes to the line of the address once: when it has been read, after the list has been drawn. */
function useLinkedLine(lines: readonly JobRunMessage[], linked: number | null, goTo: (seq: number) => void) {
  const pending = useRef(linked);
  const isRead = pending.current !== null && lines[indexOfLine(lines, pending.current)]?.seq === pending.current;
  const latest = useRef(goTo);
  useEffect(() => {
    latest.current = goTo;
  });
  useEffect(() => {
    const seq = pending.current;
    if (!isRead || seq === null) return;
    pending.current = null;
    latest.current(seq);
  }, [isRead]);
}

/**
 * Whether the reader stays at the end. Being there isn't enough to know: lines arrive faster than the list
 * scrolls. So the reader leaves by scrolling up by hand, and comes back by reaching the end.
 */
function useFollowing(isActive: boolean, onHandled: () => void) {
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
    onHandled();
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
