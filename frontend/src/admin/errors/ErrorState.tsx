import type { ClientErrorGroup, ClientErrorState } from '@job-manager/shared/contract/errors';
import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { toFailure } from '../../api/failure';
import { useCan } from '../../api/session';
import { useAction } from '../../api/useAction';
import { RelativeTime } from '../../components/RelativeTime';
import { Tag } from '../../ui/Tag';
import { toastError, toastSuccess } from '../../ui/toast';
import classes from './ErrorState.module.css';
import { errorsKey, setErrorState } from './queries';
import { stateAppearance } from './state';

/** What operators made of a kind of errors, and what may be. */
export function ErrorState({ group }: { group: ClientErrorGroup }) {
  const { state, stateBy, note, message, cameBackAt } = group;
  const canManage = useCan('manageAlerts');
  const set = useSetState(group);
  const act = (label: string, next: ClientErrorState) => (
    <Button variant="default" size="compact-xs" aria-label={`${label}: ${message}`} onClick={() => set(next)}>
      {label}
    </Button>
  );
  return (
    <span className={classes.state}>
      <Tag tone={stateAppearance[state].tone} title={note ?? undefined}>
        {stateAppearance[state].label}
      </Tag>
      {state !== 'OPEN' && stateBy !== null && <span className={classes.by}>by {stateBy}</span>}
      {cameBackAt !== null && (
        <span className={classes.by}>
          came back <RelativeTime at={cameBackAt} isPast />
        </span>
      )}
      {canManage &&
        (state === 'OPEN' ? (
          <span className={classes.acts}>
            {act('Resolve', 'RESOLVED')} {act('Ignore', 'IGNORED')}
          </span>
        ) : (
          act('Reopen', 'OPEN')
        ))}
    </span>
  );
}

/** Sets the state of a kind, which the toast offers to undo. */
function useSetState({ fingerprint, state: before }: ClientErrorGroup): (state: ClientErrorState) => void {
  const queryClient = useQueryClient();
  const { mutate } = useAction({
    mutationFn: ({ state }: { state: ClientErrorState; before: ClientErrorState }) => setErrorState(fingerprint, state),
    onSuccess: (_answer, change) => {
      const offer = { label: 'Undo', act: () => mutate({ state: change.before, before: change.state }) };
      toastSuccess({ message: `The error is ${stateAppearance[change.state].label.toLowerCase()} now.`, offer });
    },
    onError: (failed) => toastError({ title: 'The error stays as it is', message: toFailure(failed).details }),
    onSettled: () => void queryClient.invalidateQueries({ queryKey: errorsKey }),
  });
  return (state) => mutate({ state, before });
}
