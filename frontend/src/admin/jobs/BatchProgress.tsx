import type { JobRunBatch } from '@job-manager/shared/contract/batches';
import { ActorLink } from '../../components/EntityLinks';
import { RelativeTime } from '../../components/RelativeTime';
import { RunLink } from '../../components/RunLink';
import classes from './Batches.module.css';

/** In the order in which they stand in the bar. */
const PARTS = [
  { state: 'success', label: 'succeeded', tone: 'success' },
  { state: 'failed', label: 'failed', tone: 'failed' },
  { state: 'cancelled', label: 'cancelled', tone: 'cancelled' },
  { state: 'running', label: 'running', tone: 'running' },
  { state: 'queued', label: 'queued', tone: 'queued' },
] as const;

/** How far a batch is, as a bar of the states of its runs, and as text. */
export function BatchProgress({ batch: { counts, total, progressPercent } }: { batch: JobRunBatch }) {
  const present = PARTS.filter(({ state }) => counts[state] > 0);
  const left = total - PARTS.reduce((sum, { state }) => sum + counts[state], 0);
  const labels = present.map(({ state, label: name }) => `${counts[state].toLocaleString('en')} ${name}`);
  // Retention removes runs that have ended.
  if (left > 0) labels.push(`${left.toLocaleString('en')} removed since`);
  return (
    <div className={classes.progress}>
      <div className={classes.bar} aria-hidden>
        {present.map(({ state, tone }) => (
          <span key={state} data-tone={tone} style={{ flexGrow: counts[state] }} />
        ))}
        {left > 0 && <span style={{ flexGrow: left }} />}
      </div>
      <p className={classes.words}>
        <strong>{Math.floor(progressPercent)} %</strong> of {total.toLocaleString('en')} · {labels.join(' · ')}
      </p>
    </div>
  );
}

/** Whose a batch is, since when, and what follows it. */
export function BatchFacts({ batch }: { batch: JobRunBatch }) {
  return (
    <div className={classes.facts}>
      {batch.createdBy !== null && (
        <span>
          By <ActorLink actor={batch.createdBy}>{batch.createdBy}</ActorLink>
        </span>
      )}
      <span>
        Queued: <RelativeTime at={batch.createdAt} />
      </span>
      {batch.finishedAt !== null && (
        <span>
          Finished: <RelativeTime at={batch.finishedAt} />
        </span>
      )}
      {batch.callbackRunId !== null && (
        <span>
          Calls back <RunLink jobRunId={batch.callbackRunId} />
        </span>
      )}
    </div>
  );
}
