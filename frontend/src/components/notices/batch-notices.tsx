import { batches, type JobRunBatch } from '@job-manager/shared/contract/batches';
import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { createClient } from '../../api/client';
import { trackError } from '../../api/errorTracking';
import { throttle } from '../../lib/throttle';
import { paths } from '../../paths';
import { addNotice } from '../../ui/notices';
import { isToastShown, toastError, toastProgress, toastSuccess } from '../../ui/toast';
import classes from './batch-notices.module.css';
import { showBrowserNotice } from './browser-notices';
import { failuresOf } from './failure-groups';
import { readPreferences } from './preferences';

const READ_EVERY_MS = 2_000;
const client = createClient({ batches });

/** One toast with progress for each batch that one started, and a notice at its end. */
export function createBatchNotices({ goTo }: { goTo(address: string): void }) {
  const readers = new Map<string, () => void>();

  function readerOf(batchId: string, isToasted: boolean): () => void {
    const id = `batch ${batchId}`;
    let wasShown = false;
    return throttle(() => {
      client.batches.getBatch({ batchId }).then(
        ({ batch }) => {
          // An answer that was overtaken by that of the end.
          if (!readers.has(batchId)) return;
          const hasEnded = isOver(batch);
          const { title, text } = describeBatch(batch);
          if (hasEnded) {
            readers.delete(batchId);
            const kind = batch.counts.failed > 0 ? 'failure' : 'end';
            addNotice({ id, kind, title, text, to: null });
            const onClick = () => goTo(paths.history);
            if (readPreferences().isBrowserOn) void showBrowserNotice({ title, text, tag: id, onClick });
          }
          // Dismissed: the rest is behind the bell.
          if (!isToasted || (wasShown && !isToastShown(id))) return;
          wasShown = true;
          if (!hasEnded) toastProgress({ id, title, message: <Progress batch={batch} text={text} /> });
          else if (batch.counts.failed === 0) toastSuccess({ id, title, message: text });
          else
            toastError({
              id,
              isNoticed: true,
              title,
              message: text,
              offer: { label: 'Show', act: () => goTo(failuresOf()) },
            });
        },
        (error) => trackError(error, { action: 'readBatch', component: 'BatchNotices' }),
      );
    }, READ_EVERY_MS);
  }

  /** Reads again how far the batches of these ended runs are. */
  return (ended: readonly JobRunSummary[], isToasted: boolean): void => {
    for (const batchId of new Set(ended.map((run) => run.batchId))) {
      if (batchId === null) continue;
      const read = readers.get(batchId) ?? readerOf(batchId, isToasted);
      readers.set(batchId, read);
      read();
    }
  };
}

function Progress({ batch, text }: { batch: JobRunBatch; text: string }) {
  return (
    <>
      <progress
        className={classes.bar}
        max={100}
        value={batch.progressPercent}
        aria-label={`Progress of ${batch.name}`}
      />
      {text}
    </>
  );
}

const isOver = ({ counts }: JobRunBatch): boolean => counts.queued + counts.running === 0;

function describeBatch(batch: JobRunBatch): { title: string; text: string } {
  const { name, total, counts } = batch;
  const { success, failed, cancelled } = counts;
  const ended = success + failed + cancelled;
  const parts = [
    isOver(batch) ? `${formatCount(success)} succeeded` : `${formatCount(ended)} of ${formatCount(total)} ended`,
    failed > 0 && `${formatCount(failed)} failed`,
    cancelled > 0 && `${formatCount(cancelled)} cancelled`,
  ];
  return {
    title: isOver(batch) ? `Batch “${name}” ended` : `Batch “${name}”`,
    text: parts.filter(Boolean).join(', '),
  };
}

const formatCount = (count: number): string => count.toLocaleString('en');
