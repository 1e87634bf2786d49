import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { isTerminal } from '@job-manager/shared/run';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { trackError } from '../../api/errorTracking';
import { toFailure } from '../../api/failure';
import { runKey, runQuery } from '../../api/job-queries';
import type { ActiveChange } from '../../api/live/active-runs';
import { useLive, useLiveChanges } from '../../api/live/LiveProvider';
import { loadCode } from '../../api/panel-version';
import { useSession } from '../../api/session';
import type { Ways } from '../../components/notices/run-notices';
import { announceVisibility } from '../../components/notices/tab-visibility';
import { setWatched, watchedRuns } from '../../components/notices/watched-runs';
import { useOpenedRun } from '../../components/url-state';
import { type Collector, createCollector } from '../../lib/collector';

/** A hundred runs that end within it are one sentence and one toast. */
const COLLECT_MS = 1_000;
/** A screen reader that receives sentences more often reads nothing else. */
const ANNOUNCEMENT_INTERVAL_MS = 5_000;

/** What every page does when runs end: read open details anew, keep notices and show toasts, speak to screen readers. */
export function LiveEffects() {
  useFreshDetails();
  useNoticesOfRuns();
  useEffect(announceVisibility, []);
  const { text, number } = useAnnouncements();
  return (
    <div className="visually-hidden" aria-live="polite" role="log" aria-label="Job status changes">
      {/* A new element each time: the same words twice are news as well. */}
      <span key={number}>{text}</span>
    </div>
  );
}

function useFreshDetails(): void {
  const queryClient = useQueryClient();
  useLiveChanges(
    useCallback(
      ({ completed, vanished }: ActiveChange) => {
        for (const id of [...completed.map((run) => run.id), ...vanished]) {
          void queryClient.invalidateQueries({ queryKey: runKey(id) });
        }
      },
      [queryClient],
    ),
  );
}

function useNoticesOfRuns(): void {
  const { data: user } = useSession();
  const { open } = useOpenedRun();
  const navigate = useNavigate();
  const current = useRef({ open, navigate });
  useEffect(() => {
    current.current = { open, navigate };
  });
  const notices = useRef<ReturnType<typeof loadNotices>>(undefined);
  const userId = user?.id;
  const onEnds = useCallback(
    (completed: JobRunSummary[]) => {
      notices.current ??= loadNotices({
        openRun: (id) => current.current.open(id),
        goTo: (address) => void current.current.navigate(address),
      });
      notices.current.then(
        (show) => show(completed, userId),
        (error) => {
          // The next end tries again.
          notices.current = undefined;
          trackError(error, { action: 'showToast' });
        },
      );
    },
    [userId],
  );
  useEnds(onEnds);
  useMissedEnds(onEnds);
}

/** Loaded with the first end: most pages see none for a while. */
const loadNotices = (ways: Ways) =>
  loadCode(() => import('../../components/notices/run-notices')).then((module) => module.createRunNotices(ways));

/** Finds out, with each snapshot of a new connection, whether runs that are watched have ended meanwhile. */
function useMissedEnds(onEnds: (completed: JobRunSummary[]) => void): void {
  const isLive = useLive((live) => live.status === 'live' && live.isLoaded);
  const queryClient = useQueryClient();
  useEffect(() => {
    if (!isLive) return;
    for (const id of watchedRuns())
      queryClient.fetchQuery({ ...runQuery(id), meta: { isQuiet: true } }).then(
        (run) => isTerminal(run.status) && onEnds([run]),
        (error) => toFailure(error).status === 404 && setWatched(id, false),
      );
  }, [isLive, queryClient, onEnds]);
}

/** What to announce; starts and queueing are not: they need no act. */
function useAnnouncements(): { text: string; number: number } {
  const [announcement, announce] = useState({ text: '', number: 0 });
  const onEnds = useCallback((completed: JobRunSummary[]) => {
    loadCode(() => import('./news')).then(
      ({ describeEnds }) => announce(({ number }) => ({ text: describeEnds(completed), number: number + 1 })),
      (error) => trackError(error, { action: 'announceEnds' }),
    );
  }, []);
  useEnds(onEnds, ANNOUNCEMENT_INTERVAL_MS);
  return announcement;
}

/** Hands over the runs that ended, collected for `COLLECT_MS`, at most once per `intervalMs`; keep `onEnds` stable. */
function useEnds(onEnds: (completed: JobRunSummary[]) => void, intervalMs = 0): void {
  const collector = useRef<Collector<JobRunSummary>>(undefined);
  useEffect(() => {
    collector.current = createCollector(onEnds, { collectMs: COLLECT_MS, intervalMs });
    return () => collector.current?.stop();
  }, [onEnds, intervalMs]);
  useLiveChanges(
    useCallback(({ completed }: ActiveChange) => {
      if (completed.length > 0) collector.current?.add(completed);
    }, []),
  );
}
