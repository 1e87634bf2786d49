import { limits } from '@job-manager/shared/limits';
import { BulkButton } from '../../components/bulk/BulkButton';

/** Confirms before ticked runs are requested to stop, and failed where they continue; nothing for those who may not. */
export function ForceFailTicked({ ids, onDone }: { ids: readonly string[]; onDone: () => void }) {
  const isTooMany = ids.length > limits.bulkIds;
  return (
    <BulkButton
      action="forceFail"
      request={() => ({ action: 'forceFail', ids: [...ids] })}
      heading="Force-fail the chosen runs"
      disabled={isTooMany}
      title={isTooMany ? `At most ${limits.bulkIds.toLocaleString('en')} at once` : undefined}
      onDone={onDone}
    >
      Force-fail…
    </BulkButton>
  );
}
