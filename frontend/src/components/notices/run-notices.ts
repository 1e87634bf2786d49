import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { paths } from '../../paths';
import { addNotice } from '../../ui/notices';
import { isToastShown, toastError, toastSuccess } from '../../ui/toast';
import { createToastGroup } from '../../ui/toast-group';
import { createBatchNotices } from './batch-notices';
import { showBrowserNotice } from './browser-notices';
import { createFailureGroups, describeFailures, type FailureGroup, failuresOf, nameOf } from './failure-groups';
import { readPreferences } from './preferences';
import { playSoundOnce } from './sounds';
import { forgetEnded, watchedRuns } from './watched-runs';

export interface Ways {
  openRun(jobRunId: string): void;
  goTo(address: string): void;
}

/** More runs of one's own that end within a second are one notice. */
const MAX_SINGLE_ENDS = 5;
/** So many causes of failures have a toast of their own at a time; the others are added up in one. */
const MAX_FAILURE_TOASTS = 2;

/**
 * Reports ended runs: each to the notices behind the bell, and by toast, sound and the browser as the preferences have
 * it. The ends of watched runs are announced in any case.
 */
export function createRunNotices(ways: Ways) {
  const announceWatched = createWatchedNotices(ways);
  const announceBatches = createBatchNotices(ways);
  const announceEnds = createEndToasts();
  const announceFailures = createFailureToasts(ways);
  const failures = createFailureGroups();

  return (completed: readonly JobRunSummary[], userId: number | undefined): void => {
    const { toasts, failureSound, endSound, isBrowserOn } = readPreferences();
    const isMine = (run: JobRunSummary) => run.triggeredBy?.id === userId;
    const rest = announceWatched(completed);
    const failed = rest.filter((run) => run.status === 'FAILED');
    const ofOwnBatches = rest.filter((run) => isMine(run) && run.batchId !== null);
    const ended = rest.filter((run) => run.status !== 'FAILED' && isMine(run) && run.batchId === null);

    const causes = failures(failed);
    const endNotices = ended.length > MAX_SINGLE_ENDS ? [describeEnds(ended)] : ended.map(describeEnd);
    for (const notice of [...causes.map(failureNotice), ...endNotices]) addNotice(notice);
    announceBatches(ofOwnBatches, toasts !== 'none');

    const wanted = failed.filter((run) => toasts === 'all' || isMine(run));
    if (toasts !== 'none') {
      announceFailures(wanted.filter((run) => !ofOwnBatches.includes(run)));
      announceEnds(ended);
    }
    const watchedFailed = completed.some((run) => run.status === 'FAILED' && !rest.includes(run));
    if (wanted.length > 0 || watchedFailed) playSoundOnce('failure', failureSound);
    else if (ended.length > 0 || rest.length < completed.length) playSoundOnce('end', endSound);
    const wantedCauses = causes.filter(({ latest }) => wanted.includes(latest)).map(failureNotice);
    if (isBrowserOn) for (const notice of [...wantedCauses, ...endNotices]) notifyBrowser(notice, ways);
  };
}

function createWatchedNotices(ways: Ways) {
  const announced = new Set<string>();
  /** Announces the watched runs, and answers the others. */
  return (completed: readonly JobRunSummary[]): JobRunSummary[] => {
    const watched = watchedRuns();
    for (const run of completed) {
      if (!watched.includes(run.id) || announced.has(run.id)) continue;
      announced.add(run.id);
      forgetEnded(run.id);
      const notice = describeEnd(run);
      addNotice(notice);
      const toast = { title: notice.title, message: notice.text, offer: detailsOf(run, ways), isNoticed: true };
      if (notice.kind === 'failure') toastError(toast);
      else toastSuccess(toast);
      notifyBrowser(notice, ways);
    }
    return completed.filter(({ id }) => !watched.includes(id));
  };
}

function createFailureToasts(ways: Ways) {
  const isShown = ({ id }: FailureGroup) => isToastShown(id);
  const toGroups = createFailureGroups(isShown);
  const announced = new Set<string>();
  let own: FailureGroup[] = [];
  const addMore = createToastGroup<FailureGroup>('failed runs', {
    max: 0,
    showSome: () => '',
    showMore: (id, count, latest) =>
      toastError({
        id,
        isNoticed: true,
        title: count === 1 ? 'Runs failed for 1 more reason' : `Runs failed for ${count} more reasons`,
        message: `Last: ${latest.map(describeFailures).join(', ')}`,
        offer: { label: 'Show', act: () => ways.goTo(failuresOf()) },
      }),
  });
  return (failed: readonly JobRunSummary[]): void => {
    for (const group of toGroups(failed)) {
      own = own.filter(isShown);
      if (!isShown(group)) {
        // It was dismissed, or is one of those that were added up: the bell has what came since.
        if (announced.has(group.id)) continue;
        announced.add(group.id);
        if (own.length >= MAX_FAILURE_TOASTS) {
          addMore([group]);
          continue;
        }
        own.push(group);
      }
      toastError({
        id: group.id,
        isNoticed: true,
        title: describeFailures(group),
        message: group.error,
        offer:
          group.count === 1
            ? detailsOf(group.latest, ways)
            : { label: 'Show', act: () => ways.goTo(failuresOf(group.latest.jobName)) },
      });
    }
  };
}

function createEndToasts() {
  return createToastGroup<JobRunSummary>('ended runs', {
    max: 1,
    showSome: (ended) => {
      const [first] = ended;
      const isOne = first !== undefined && ended.length === 1;
      return toastSuccess({ message: (isOne ? describeEnd(first) : describeEnds(ended)).title });
    },
    showMore: (id, count, latest) =>
      toastSuccess({
        id,
        message: `${count === 1 ? '1 more run' : `${count} more runs`} ended, last ${latest.map(nameOf).join(', ')}`,
      }),
  });
}

/** A notification of the browser; the run's id is its tag, so that open tabs show it once. */
function notifyBrowser({ id, title, text, runId, to }: RunNotice, { openRun, goTo }: Ways): void {
  const onClick = () => (runId === null ? goTo(to) : openRun(runId));
  void showBrowserNotice({ title, text: text ?? '', tag: runId ?? id, onClick });
}

const detailsOf = (run: JobRunSummary, { openRun }: Ways) => ({ label: 'Details', act: () => openRun(run.id) });

interface RunNotice {
  id: string;
  kind: 'failure' | 'end';
  title: string;
  text: string | null;
  to: string;
  /** The run that it is about, where it is about one. */
  runId: string | null;
}

/** The notice of one run that has ended. */
function describeEnd(run: JobRunSummary): RunNotice {
  const isFailed = run.status === 'FAILED';
  return {
    id: `run ${run.id}`,
    kind: isFailed ? 'failure' : 'end',
    title: `${nameOf(run)} ${isFailed ? 'failed' : run.status === 'CANCELLED' ? 'cancelled' : 'finished'}`,
    text: isFailed ? (run.error ?? 'No reason was given.') : null,
    to: paths.run(run.id),
    runId: run.id,
  };
}

const LISTED = 3;

/** The notice of several runs that have ended within a second. */
function describeEnds(runs: readonly JobRunSummary[]): RunNotice {
  const names = runs.slice(0, LISTED).map(nameOf).join(', ');
  const more = runs.length > LISTED ? ` and ${runs.length - LISTED} more` : '';
  const title = `${runs.length.toLocaleString('en')} runs ended: ${names}${more}`;
  return { id: `runs ${runs[0]?.id}`, kind: 'end', title, text: null, to: paths.history, runId: null };
}

const failureNotice = (group: FailureGroup): RunNotice => ({
  id: group.id,
  kind: 'failure',
  title: describeFailures(group),
  text: group.error,
  to: group.count === 1 ? paths.run(group.latest.id) : failuresOf(group.latest.jobName),
  runId: group.count === 1 ? group.latest.id : null,
});
