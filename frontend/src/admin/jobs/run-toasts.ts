import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { toastError, toastSuccess } from '../../ui/toast';
import { createToastGroup } from '../../ui/toast-group';

export interface Ways {
  openRun(jobRunId: string): void;
  openFailures(): void;
}

/** Reports of every failure, and of other ends to the person who started the run; hundreds take no more room than a few. */
export function createRunToasts({ openRun, openFailures }: Ways) {
  const addFailures = createToastGroup<JobRunSummary>('failed runs', {
    max: 2,
    showSome: (failed) => {
      const [first] = failed;
      if (first !== undefined && failed.length === 1)
        return toastError({
          title: `${nameOf(first)} failed`,
          message: first.error ?? 'No reason was given.',
          offer: { label: 'Details', act: () => openRun(first.id) },
        });
      return toastError({
        title: `${failed.length} jobs failed`,
        message: listed(failed),
        offer: { label: 'Show failures', act: openFailures },
      });
    },
    showMore: (id, count, latest) =>
      toastError({
        id,
        title: `${counted(count)} failed`,
        message: `Last: ${latest.map(nameOf).join(', ')}`,
        offer: { label: 'Show failures', act: openFailures },
      }),
  });
  const addEnds = createToastGroup<JobRunSummary>('ended runs', {
    max: 1,
    showSome: (ended) => {
      const [first] = ended;
      const isOne = first !== undefined && ended.length === 1;
      return toastSuccess({
        message: isOne
          ? `${nameOf(first)} ${first.status === 'CANCELLED' ? 'cancelled' : 'finished'}`
          : `${ended.length} jobs ended: ${listed(ended)}`,
      });
    },
    showMore: (id, count, latest) =>
      toastSuccess({ id, message: `${counted(count)} ended, last ${latest.map(nameOf).join(', ')}` }),
  });
  return (completed: readonly JobRunSummary[], userId: number | undefined): void => {
    addFailures(completed.filter((run) => run.status === 'FAILED'));
    addEnds(completed.filter((run) => run.status !== 'FAILED' && run.triggeredBy?.id === userId));
  };
}

const LISTED = 3;

const nameOf = (run: JobRunSummary): string => `${run.jobName} #${run.id}`;
const counted = (count: number): string => (count === 1 ? '1 more job' : `${count.toLocaleString('en')} more jobs`);

function listed(runs: readonly JobRunSummary[]): string {
  const names = runs.slice(0, LISTED).map(nameOf);
  return names.join(', ') + (runs.length > LISTED ? ` and ${runs.length - LISTED} more` : '');
}
