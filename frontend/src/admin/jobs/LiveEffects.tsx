import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { runKey } from '../../api/job-queries';
import type { ActiveChange } from '../../api/live/active-runs';
import { useLiveChanges } from '../../api/live/LiveProvider';
import { useSession } from '../../api/session';
import { useOpenedRun } from '../../components/url-state';
import { toastError, toastSuccess } from '../../ui/toast';
import { describeNews, type News, noNews, withNews } from './news';

/** Gathered for a moment, so that a hundred runs ending at once are one sentence and one toast. */
const GATHER_MS = 1_000;

/** What every page does when runs start and end: read open details anew, tell of ends, speak to screen readers. */
export function LiveEffects() {
  const announcement = useNews();
  useFreshDetails();
  return (
    <div className="visually-hidden" aria-live="polite" role="log" aria-label="Job status changes">
      {announcement}
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

/** Answers the sentence for screen readers, and shows the toasts. */
function useNews(): string {
  const [sentence, setSentence] = useState('');
  const gathered = useRef<News>(noNews);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const showToasts = useEndToasts();

  useEffect(() => () => clearTimeout(timer.current), []);
  useLiveChanges(
    useCallback(
      (change: ActiveChange) => {
        gathered.current = withNews(gathered.current, change);
        if (gathered.current === noNews || timer.current !== undefined) return;
        timer.current = setTimeout(() => {
          timer.current = undefined;
          setSentence(describeNews(gathered.current));
          showToasts(gathered.current.completed);
          gathered.current = noNews;
        }, GATHER_MS);
      },
      [showToasts],
    ),
  );
  return sentence;
}

/** Every failure is told; other ends only to whoever started the run. */
function useEndToasts(): (completed: JobRunSummary[]) => void {
  const { data: user } = useSession();
  const { open } = useOpenedRun();
  const openRun = useRef(open);
  useEffect(() => {
    openRun.current = open;
  });
  const userId = user?.id;
  return useCallback(
    (completed) => {
      const failed = completed.filter((run) => run.status === 'FAILED');
      const mine = completed.filter((run) => run.status !== 'FAILED' && run.triggeredBy?.id === userId);
      if (failed.length > 0) toastFailures(failed, (id) => openRun.current(id));
      if (mine.length > 0) toastEnds(mine);
    },
    [userId],
  );
}

function toastFailures(failed: JobRunSummary[], open: (id: string) => void): void {
  const [first] = failed;
  if (first === undefined) return;
  toastError({
    title: failed.length === 1 ? `${first.jobName} #${first.id} failed` : `${failed.length} jobs failed`,
    message: failed.length === 1 ? (first.error ?? 'No reason was given.') : listed(failed),
    offer: failed.length === 1 ? { label: 'Details', act: () => open(first.id) } : undefined,
  });
}

function toastEnds(ended: JobRunSummary[]): void {
  const [first] = ended;
  if (first === undefined) return;
  const word = first.status === 'CANCELLED' ? 'cancelled' : 'finished';
  toastSuccess({
    message:
      ended.length === 1 ? `${first.jobName} #${first.id} ${word}` : `${ended.length} jobs ended: ${listed(ended)}`,
  });
}

const LISTED = 3;

function listed(runs: JobRunSummary[]): string {
  const names = runs.slice(0, LISTED).map((run) => `${run.jobName} #${run.id}`);
  return names.join(', ') + (runs.length > LISTED ? ` and ${runs.length - LISTED} more` : '');
}
