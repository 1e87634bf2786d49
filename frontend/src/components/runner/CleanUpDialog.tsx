import type { GoneRunner } from '@job-manager/shared/contract/runners';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { trackError } from '../../api/errorTracking';
import { toFailure } from '../../api/failure';
import { cleanUpRunners, cleanupQuery, runnersKey } from '../../api/runner-cleanup';
import { useAction } from '../../api/useAction';
import { countOf } from '../../lib/count-of';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { toastSuccess } from '../../ui/toast';
import { RelativeTime } from '../RelativeTime';
import { runnerAppearance } from '../runners';
import classes from './CleanUpDialog.module.css';

const SHOWN = 10;
const NONE: readonly GoneRunner[] = [];

/** Shows which runners are gone and which runs they still hold, and removes them. */
export function CleanUpDialog({ onClose, onDone }: { onClose: () => void; onDone?: () => void }) {
  const { data, error } = useQuery(cleanupQuery());
  const queryClient = useQueryClient();
  const cleaning = useAction({
    mutationFn: cleanUpRunners,
    onSuccess: ({ removed, recovered, left }) => {
      const back = recovered === 0 ? '' : ` ${countRuns(recovered)} recovered.`;
      const kept = left.length === 0 ? '' : ` ${left.length} left alone: ${left[0]?.reason ?? ''}`;
      toastSuccess({ id: 'runner command', message: `${countRunners(removed)} removed.${back}${kept}` });
      onClose();
      onDone?.();
    },
    onError: (failed) => trackError(failed, { action: 'cleanUpRunners', component: 'CleanUpDialog' }),
    onSettled: () => void queryClient.invalidateQueries({ queryKey: runnersKey() }),
  });
  const gone = data?.runners ?? NONE;
  const failed = cleaning.error ?? error;
  return (
    <ConfirmDialog
      title="Clean up runners that are gone?"
      confirm={data && gone.length === 0 ? 'Close' : `Remove ${countRunners(gone.length)}`}
      isDangerous={gone.length > 0}
      isPending={cleaning.isPending || (data === undefined && error === null)}
      errorText={failed ? toFailure(failed).details : null}
      onConfirm={() => {
        if (gone.length > 0) cleaning.mutate(gone.map(({ runnerId }) => runnerId));
        else onClose();
      }}
      onClose={onClose}
    >
      {data && (
        <p>
          {gone.length === 0
            ? 'No runner is lost or has stopped: there is nothing to remove.'
            : `${describeRuns(data.runs)} Their events stay. It can’t be undone.`}
        </p>
      )}
      <ul className={classes.names}>
        {gone.slice(0, SHOWN).map(({ runnerId, name, status, runs, lastHeartbeatAt }) => (
          <li key={runnerId}>
            {name}: {runnerAppearance[status].label.toLowerCase()}, heartbeat{' '}
            <RelativeTime at={lastHeartbeatAt} isPast />
            {runs > 0 && `, ${countRuns(runs)}`}
          </li>
        ))}
      </ul>
      {gone.length > SHOWN && <p className="dimmed">and {gone.length - SHOWN} more</p>}
    </ConfirmDialog>
  );
}

const describeRuns = (runs: number): string =>
  runs > 0
    ? `${countRuns(runs)} still in their name: the engine recovers them first, as if the lease had ended.`
    : 'No run is in their name any more.';

const countRuns = (runs: number): string => countOf(runs, 'run');
const countRunners = (count: number): string => countOf(count, 'runner');
