import { parseAsStringLiteral, useQueryState } from 'nuqs';
import { useEffect } from 'react';

const parseAct = parseAsStringLiteral(['pause'] as const);

/**
 * The palette leads to a page to pause its subject: `?act=pause` opens the dialog that confirms first, once the subject
 * is loaded. Where it is paused already, or this person may not (`pause` is null), nothing opens.
 */
export function usePauseFromAddress(subject: { paused: unknown } | undefined, pause: (() => void) | null): void {
  const [act, setAct] = useQueryState('act', parseAct);
  const isWanted = act === 'pause' && subject !== undefined;
  useEffect(() => {
    if (!isWanted) return;
    void setAct(null);
    if (subject?.paused === null) pause?.();
  });
}
