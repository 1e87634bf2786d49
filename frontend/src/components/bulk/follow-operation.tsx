import type { BulkOperation } from '@job-manager/shared/contract/bulk';
import { cancelBatch } from '../../api/batch-queries';
import { abortBulk, readBulk } from '../../api/bulk-queries';
import { trackError } from '../../api/errorTracking';
import { toFailure } from '../../api/failure';
import { spellRuns } from '../../lib/spell-runs';
import { isToastShown, toastError, toastInfo, toastProgress, toastSuccess } from '../../ui/toast';
import { bulkActs } from './acts';
import classes from './BulkDialog.module.css';

const READ_EVERY_MS = 1_000;

type OnEnd = (operation: BulkOperation) => void;

/** Shows how far an operation is in one toast until it has ended, with an abort, and an undo where there is one. */
export function followOperation(operation: BulkOperation, onEnd?: OnEnd): void {
  show(operation);
  if (operation.state === 'RUNNING') readLater(operation.id, onEnd);
  else onEnd?.(operation);
}

function readLater(id: string, onEnd: OnEnd | undefined): void {
  setTimeout(() => {
    // Dismissed: the page of the operations has it.
    if (!isToastShown(toastId(id))) return;
    readBulk(id).then(
      (operation) => followOperation(operation, onEnd),
      (error) => {
        trackError(error, { action: 'readOperation', component: 'OperationToast' });
        readLater(id, onEnd);
      },
    );
  }, READ_EVERY_MS);
}

const toastId = (id: string): string => `operation ${id}`;

function show(operation: BulkOperation): void {
  const { id: operationId, state, batchId, error } = operation;
  const id = toastId(operationId);
  const text = describeOutcome(operation);
  if (state === 'RUNNING') {
    const offer = {
      label: 'Abort',
      act: () => change(() => abortBulk(operationId).then((now) => followOperation(now))),
    };
    toastProgress({ id, message: <Progress operation={operation} />, offer });
  } else if (state === 'FAILED') toastError({ id, title: `${text}, then it stopped`, message: error ?? 'An error' });
  else if (batchId === null) toastSuccess({ id, message: text });
  else toastSuccess({ id, message: text, offer: { label: 'Undo', act: () => undoRerun(batchId) } });
}

/** Cancels what a re-run has queued, as far as it has not begun. */
const undoRerun = (batchId: string): void =>
  change(async () => {
    const { cancelled, requested } = await cancelBatch(batchId);
    toastInfo({ message: `${spellRuns(cancelled)} cancelled, ${spellRuns(requested)} requested to stop` });
  });

function change(act: () => Promise<unknown>): void {
  act().catch((error) => toastError({ title: 'It stays as it is', message: toFailure(error).details }));
}

/** "60 runs queued again; 2 skipped: removed meanwhile". */
export function describeOutcome({ action, state, done, skipped, problems, total }: BulkOperation): string {
  const reasons = problems.map(({ reason }) => reason).join(', ');
  const aborted = state === 'ABORTED' && `aborted: ${spellRuns(total - done - skipped)} left untouched`;
  return [
    `${spellRuns(done)} ${bulkActs[action].done}`,
    skipped > 0 && `${skipped.toLocaleString('en')} skipped (${reasons})`,
    aborted,
  ]
    .filter(Boolean)
    .join('; ');
}

function Progress({ operation }: { operation: BulkOperation }) {
  const { action, done, skipped, total } = operation;
  const dealtWith = done + skipped;
  const name = `${bulkActs[action].verb} ${spellRuns(total)}`;
  return (
    <>
      <progress className={classes.bar} max={total} value={dealtWith} aria-label={`Progress of ${name}`} />
      {name}: {dealtWith.toLocaleString('en')} done
    </>
  );
}
