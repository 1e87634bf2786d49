import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { trackError } from '../../api/errorTracking';
import { runKey } from '../../api/job-queries';
import type { ActiveChange } from '../../api/live/active-runs';
import { useLiveChanges } from '../../api/live/LiveProvider';
import { loadCode } from '../../api/panel-version';
import { useSession } from '../../api/session';
import { useOpenedRun } from '../../components/url-state';
import { type Collector, createCollector } from '../../lib/collector';
import { paths } from '../../paths';
import type { Ways } from './run-toasts';

/** A hundred runs that end within it are one sentence and one toast. */
const COLLECT_MS = 1_000;
/** A screen reader that receives sentences more often reads nothing else. */
const ANNOUNCEMENT_INTERVAL_MS = 5_000;

/** What every page does when runs end: read open details anew, show toasts, speak to screen readers. */
export function LiveEffects() {
  useFreshDetails();
  useToasts();
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

function useToasts(): void {
  const { data: user } = useSession();
  const { open } = useOpenedRun();
  const navigate = useNavigate();
  const current = useRef({ open, navigate });
  useEffect(() => {
    current.current = { open, navigate };
  });
  const toasts = useRef<ReturnType<typeof loadToasts>>(undefined);
  const userId = user?.id;
  useEnds(
    useCallback(
      (completed: JobRunSummary[]) => {
        toasts.current ??= loadToasts({
          openRun: (id) => current.current.open(id),
          openFailures: () => void current.current.navigate(`${paths.history}?status=FAILED`),
        });
        toasts.current.then(
          (show) => show(completed, userId),
          (error) => {
            // The next end tries again.
            toasts.current = undefined;
            trackError(error, { action: 'showToast' });
          },
        );
      },
      [userId],
    ),
  );
}

/** Loaded with the first end: most pages see none for a while. */
const loadToasts = (ways: Ways) =>
  loadCode(() => import('./run-toasts')).then((module) => module.createRunToasts(ways));

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
