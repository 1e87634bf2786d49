import type { JobRunMessage } from '@job-manager/shared/contract/message';
import { useRef, useState } from 'react';
import type { ListRange, VirtuosoHandle } from 'react-virtuoso';
import { indexOfLine } from './log-search';

/** Where in the lines the reader is. */
export function useLogView(lines: readonly JobRunMessage[], startsAtEnd: boolean) {
  const list = useRef<VirtuosoHandle>(null);
  const visible = useRef<ListRange>({ startIndex: 0, endIndex: 0 });
  const [isAtEnd, setAtEnd] = useState(startsAtEnd);
  /** The line that was jumped to. */
  const [marked, setMarked] = useState<number | null>(null);
  return {
    list,
    marked,
    isAtEnd,
    onAtEnd: setAtEnd,
    onRange: (range: ListRange) => {
      visible.current = range;
    },
    firstVisible: () => lines[visible.current.startIndex]?.seq ?? 0,
    goTo: (seq: number) => {
      setMarked(seq);
      list.current?.scrollToIndex({ index: indexOfLine(lines, seq), align: 'center' });
    },
    goToEnd: () => list.current?.scrollToIndex({ index: 'LAST', align: 'end' }),
  };
}
export type LogView = ReturnType<typeof useLogView>;
