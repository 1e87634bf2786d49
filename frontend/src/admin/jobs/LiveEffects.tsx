import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { isTerminal } from '@job-manager/shared/run';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { trackError } from '../../api/errorTracking';
import { toFailure } from '../../api/failure';
import { runKey, runQuery } from '../../api/job-queries';
import type { ActiveChange } from '../../api/live/active-runs';
import { useLive, useLiveAlerts, useLiveChanges } from '../../api/live/LiveProvider';
import type { IncidentChange } from '../../api/live/open-incidents';
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

/**
 * What every page does when runs end and incidents open: read open details again, keep notices and show toasts,
 * announce to screen readers.
 */
export function LiveEffects() {
  useFreshDetails();
  const ways = useWays();
  useNoticesOfRuns(ways);
  useNoticesOfIncidents(ways);
  useEffect(announceVisibility, []);
  const { text, number } = useAnnouncements();
  return (
    <div className="visually-hidden" aria-live="polite" role="log" aria-label="Job status changes">
      {/* A new element each time: the same text twice is announced twice. */}
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

/** Where a notice leads to; the same object between renders. */
function useWays(): Ways {
  const { open } = useOpenedRun();
  const navigate = useNavigate();
  const current = useRef({ open, navigate });
  useEffect(() => {
    current.current = { open, navigate };
  });
  const [ways] = useState(() => ({
    openRun: (id: string) => current.current.open(id),
    goTo: (address: string) => void current.current.navigate(address),
  }));
  return ways;
}

function useNoticesOfRuns(ways: Ways): void {
  const { data: user } = useSession();
  const notices = useRef<ReturnType<typeof loadNotices>>(undefined);
  const userId = user?.id;
  const onEnds = useCallback(
    (completed: JobRunSummary[]) => {
      notices.current ??= loadNotices(ways);
      notices.current.then(
        (show) => show(completed, userId),
        (error) => {
          // The next end tries again.
          notices.current = undefined;
          trackError(error, { action: 'showToast', component: 'LiveEffects' });
        },
      );
    },
    [userId, ways],
  );
  useNews(onEnds, useEnds);
  useMissedEnds(onEnds);
}

function useNoticesOfIncidents({ goTo }: Ways): void {
  const onChanges = useCallback(
    (changes: IncidentChange[]) => {
      loadCode(() => import('../../components/notices/incident-notices')).then(
        ({ announceIncidents }) => announceIncidents(changes, goTo),
        (error) => trackError(error, { action: 'announceIncidents', component: 'LiveEffects' }),
      );
    },
    [goTo],
  );
  useNews(onChanges, useIncidentChanges);
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
  const onNews = useCallback((news: (JobRunSummary | IncidentChange)[]) => {
    const incidents = news.filter((one): one is IncidentChange => 'incident' in one);
    const ended = news.filter((one): one is JobRunSummary => !('incident' in one));
    loadCode(() => import('./describe-ends')).then(
      ({ describeEnds, describeIncidents }) =>
        announce(({ number }) => ({
          text: [describeIncidents(incidents), describeEnds(ended)].filter((text) => text !== '').join(' '),
          number: number + 1,
        })),
      (error) => trackError(error, { action: 'announceEnds', component: 'LiveEffects' }),
    );
  }, []);
  useNews(onNews, useEndsAndIncidents, ANNOUNCEMENT_INTERVAL_MS);
  return announcement;
}

type Add<News> = (news: News[]) => void;

function useEnds(add: Add<JobRunSummary>): void {
  useLiveChanges(useCallback(({ completed }: ActiveChange) => add(completed), [add]));
}

/** Incidents that opened and those that are over; other changes need no notice. */
function useIncidentChanges(add: Add<IncidentChange>): void {
  useLiveAlerts(
    useCallback((changes: IncidentChange[]) => add(changes.filter(({ event }) => event !== 'changed')), [add]),
  );
}

function useEndsAndIncidents(add: Add<JobRunSummary | IncidentChange>): void {
  useEnds(add);
  useIncidentChanges(add);
}

/**
 * Hands over what `useSource` adds, collected for `COLLECT_MS`, at most once per `intervalMs`; keep `onNews` stable.
 */
function useNews<News>(onNews: (news: News[]) => void, useSource: (add: Add<News>) => void, intervalMs = 0): void {
  const collector = useRef<Collector<News>>(undefined);
  useEffect(() => {
    collector.current = createCollector(onNews, { collectMs: COLLECT_MS, intervalMs });
    return () => collector.current?.stop();
  }, [onNews, intervalMs]);
  useSource(
    useCallback((news: News[]) => {
      if (news.length > 0) collector.current?.add(news);
    }, []),
  );
}
