import type { FailureCause } from '@job-manager/shared/contract/failures';
import { useEffect, useRef, useState } from 'react';
import { serverNow } from '../../api/server-clock';

/** What this browser showed when the list was last seen. */
export interface LastVisit {
  at: string;
  /** The newest run of each cause, by fingerprint. */
  newest: Record<string, string>;
}

const KEY = 'job-manager: failures seen';

type Cause = Pick<FailureCause, 'fingerprint' | 'lastAt' | 'runs' | 'jobRunIds'>;

/** How many runs failed of a cause since then, as far as its newest runs show: a hundred and more are one number. */
export function countNew({ fingerprint, lastAt, runs, jobRunIds }: Cause, { at, newest }: LastVisit): number {
  if (lastAt <= at) return 0;
  const known = newest[fingerprint];
  const place = known === undefined ? -1 : jobRunIds.indexOf(known);
  return place < 0 ? runs : place;
}

/**
 * When this browser last showed the list, to mark runs that are new since then: null at the first visit. A visit ends with the
 * page, or when its tab is hidden.
 */
export function useLastVisit(causes: readonly Cause[] | undefined): LastVisit | null {
  const [before, setBefore] = useState(readLastVisit);
  const shown = useRef(causes);
  useEffect(() => {
    shown.current = causes;
  });
  useEffect(() => {
    const onVisibility = () =>
      document.visibilityState === 'hidden' ? keep(shown.current) : setBefore(readLastVisit());
    document.addEventListener('visibilitychange', onVisibility);
    return () => {
      document.removeEventListener('visibilitychange', onVisibility);
      if (document.visibilityState !== 'hidden') keep(shown.current);
    };
  }, []);
  return before;
}

function keep(causes: readonly Cause[] | undefined): void {
  if (causes === undefined) return;
  const newest = Object.fromEntries(causes.map(({ fingerprint, jobRunIds }) => [fingerprint, jobRunIds[0] ?? '']));
  try {
    localStorage.setItem(KEY, JSON.stringify({ at: new Date(serverNow()).toISOString(), newest } satisfies LastVisit));
  } catch {
    // Storage full or switched off: nothing is new then.
  }
}

function readLastVisit(): LastVisit | null {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? 'null') as Partial<LastVisit> | null;
    if (typeof kept?.at !== 'string' || !kept.newest) return null;
    return { at: kept.at, newest: kept.newest };
  } catch {
    return null;
  }
}
