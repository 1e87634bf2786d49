import type { JobRunMessage } from '@job-manager/shared/contract/message';
import { useDeferredValue, useMemo, useState } from 'react';
import { findLines, nextFound, textPattern } from './log-search';

/** A search through the lines that are shown; the typing never waits for it. */
export function useLogSearch(lines: readonly JobRunMessage[]) {
  const [text, setText] = useState('');
  const wanted = useDeferredValue(text.trim());
  const searched = useDeferredValue(lines);
  const pattern = useMemo(() => textPattern(wanted), [wanted]);
  const found = useMemo(() => findLines(searched, pattern), [searched, pattern]);
  // Enter right after typing comes before the deferred search.
  const foundNow = () => (text.trim() === wanted ? found : findLines(lines, textPattern(text.trim())));
  return {
    text,
    setText,
    pattern,
    found,
    /** The found line after or before the line `from`; undefined when there is none. */
    next: (from: number, direction: 1 | -1) => nextFound(foundNow(), from, direction),
  };
}
export type LogSearch = ReturnType<typeof useLogSearch>;
