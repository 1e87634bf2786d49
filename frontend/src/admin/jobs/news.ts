import type { JobRunSummary } from '@job-manager/shared/contract/run';
import type { ActiveChange } from '../../api/live/active-runs';

/** What happened since it was last told. */
export interface News {
  queued: number;
  started: number;
  completed: JobRunSummary[];
}

export const noNews: News = { queued: 0, started: 0, completed: [] };

/** The same object when the change is nothing to tell: progress, counts. */
export function withNews(news: News, { added, started, completed }: ActiveChange): News {
  const queued = added.filter((run) => run.status === 'QUEUED').length;
  if (queued + started.length + completed.length === 0) return news;
  return {
    queued: news.queued + queued,
    started: news.started + started.length,
    completed: [...news.completed, ...completed],
  };
}

/** One sentence for any amount of news: "2 jobs started. 3 jobs succeeded. 1 job failed: trending." */
export function describeNews({ queued, started, completed }: News): string {
  const ended = (status: JobRunSummary['status']) => completed.filter((run) => run.status === status);
  const sentences = [
    sentence(queued, 'queued'),
    sentence(started, 'started'),
    sentence(ended('SUCCESS').length, 'succeeded'),
    sentence(ended('FAILED').length, 'failed', ended('FAILED')),
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
