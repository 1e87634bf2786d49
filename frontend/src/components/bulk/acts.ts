import type { BulkAction } from '@job-manager/shared/contract/bulk';
import type { Permission } from '@job-manager/shared/permissions';

interface Act {
  /** Before "60 runs", on the button. */
  verb: string;
  /** After "60 runs", once it is done. */
  done: string;
  /** What becomes of the runs. */
  text: string;
  /** It can't be undone: beyond some runs their number has to be typed. */
  isDangerous: boolean;
  /** What it takes to do so to one run. */
  needs: readonly Permission[];
}

/** How each act on many runs is offered and described. */
export const bulkActs: Record<BulkAction, Act> = {
  cancel: {
    verb: 'Cancel',
    done: 'cancelled or requested to stop',
    text: 'What waits is cancelled at once, and what runs is requested to stop. This can’t be undone.',
    isDangerous: true,
    needs: ['cancel'],
  },
  purge: {
    verb: 'Purge',
    done: 'cancelled',
    text: 'All that waits in the channel is cancelled; the runs stay in the history. This can’t be undone.',
    isDangerous: true,
    needs: ['purge'],
  },
  rerun: {
    verb: 'Re-run',
    done: 'queued again',
    text: 'Each is queued again with its parameters, all as one batch; the ended runs stay as they are.',
    isDangerous: false,
    needs: ['run', 'retry'],
  },
  forceFail: {
    verb: 'Force-fail',
    done: 'failed or requested to stop',
    text: 'Runs are requested to stop. One that still goes on after this time is taken away from its runner and recorded as failed; its process may still be working on it. This can’t be undone.',
    isDangerous: true,
    needs: ['forceFail'],
  },
  reschedule: {
    verb: 'Change',
    done: 'changed',
    text: 'Runs that have started by then are left alone.',
    isDangerous: false,
    needs: ['run'],
  },
};
