import type { BulkOperation } from '@job-manager/shared/contract/bulk';
import { serverNow } from '../../api/server-clock';
import classes from './operations.module.css';

/** How far an operation is, and how fast it goes. */
export function OperationProgress({ operation }: { operation: BulkOperation }) {
  const { id, total, done, skipped, startedAt } = operation;
  const dealtWith = done + skipped;
  const perSecond = dealtWith / Math.max(1, (serverNow() - Date.parse(startedAt)) / 1_000);
  return (
    <span className={classes.stack}>
      <progress className={classes.bar} max={total} value={dealtWith} aria-label={`Progress of operation #${id}`} />
      <span className="dimmed">
        {dealtWith.toLocaleString('en')} of {total.toLocaleString('en')}
        {perSecond >= 1 && `, ${Math.round(perSecond).toLocaleString('en')} a second`}
      </span>
    </span>
  );
}
