import type { JobRunSummary } from '@job-manager/shared/contract/run';

/** One sentence for any number of ends, failures first: "1 job failed: trending. 3 jobs succeeded." */
export function describeEnds(completed: readonly JobRunSummary[]): string {
  const ended = (status: JobRunSummary['status']) => completed.filter((run) => run.status === status);
  const sentences = [
    sentence(ended('FAILED').length, 'failed', ended('FAILED')),
    sentence(ended('SUCCESS').length, 'succeeded'),
    sentence(ended('CANCELLED').length, 'cancelled'),
  ];
  return sentences.filter((text) => text !== '').join(' ');
}

const NAMED = 3;

function sentence(count: number, word: string, runs: JobRunSummary[] = []): string {
  if (count === 0) return '';
  const names = runs.slice(0, NAMED).map((run) => run.jobName);
  return `${count} ${count === 1 ? 'job' : 'jobs'} ${word}${names.length > 0 ? `: ${names.join(', ')}` : ''}.`;
}
