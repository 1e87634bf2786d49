import type { JobRunSummary } from '@job-manager/shared/contract/run';
import type { IncidentChange } from '../../api/live/open-incidents';

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

/** One sentence for any number of incidents: "1 incident opened: mail waits." "2 incidents are over." */
export function describeIncidents(changes: readonly IncidentChange[]): string {
  const titles = (wanted: IncidentChange['event']) =>
    changes.filter(({ event }) => event === wanted).map(({ incident }) => incident.title);
  const opened = titles('opened');
  const over = titles('closed');
  const counted = (count: number) => `${count} ${count === 1 ? 'incident' : 'incidents'}`;
  const sentences = [
    opened.length > 0 && `${counted(opened.length)} opened: ${opened.slice(0, NAMED).join(', ')}.`,
    over.length > 0 && `${counted(over.length)} ${over.length === 1 ? 'is' : 'are'} over.`,
  ];
  return sentences.filter((text) => text !== false).join(' ');
}

const NAMED = 3;

function sentence(count: number, word: string, runs: JobRunSummary[] = []): string {
  if (count === 0) return '';
  const names = runs.slice(0, NAMED).map((run) => run.jobName);
  return `${count} ${count === 1 ? 'job' : 'jobs'} ${word}${names.length > 0 ? `: ${names.join(', ')}` : ''}.`;
}
