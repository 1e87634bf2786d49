import { limits } from '@job-manager/shared/limits';
import { IconRepeat } from '@tabler/icons-react';
import { BulkButton } from '../../components/bulk/BulkButton';

/** Confirms before ticked runs are queued again. */
export function RerunTicked({ ids, onDone }: { ids: readonly string[]; onDone: () => void }) {
  const isTooMany = ids.length > limits.bulkIds;
  return (
    <BulkButton
      action="rerun"
      request={() => ({ action: 'rerun', ids: [...ids] })}
      leftSection={<IconRepeat size={16} />}
      disabled={isTooMany}
      title={isTooMany ? `At most ${limits.bulkIds.toLocaleString('en')} at once` : undefined}
      onDone={onDone}
    >
      Re-run…
    </BulkButton>
  );
}
