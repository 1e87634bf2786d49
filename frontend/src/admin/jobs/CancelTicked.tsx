import { limits } from '@job-manager/shared/limits';
import { BulkButton } from '../../components/bulk/BulkButton';

/** Confirms before ticked runs are cancelled. */
export function CancelTicked({ ids, onDone }: { ids: readonly string[]; onDone: () => void }) {
  const isTooMany = ids.length > limits.bulkIds;
  return (
    <BulkButton
      action="cancel"
      request={() => ({ action: 'cancel', ids: [...ids] })}
      heading="Cancel the chosen runs"
      disabled={isTooMany}
      title={isTooMany ? `At most ${limits.bulkIds.toLocaleString('en')} at once` : undefined}
      onDone={onDone}
    >
      Cancel…
    </BulkButton>
  );
}
