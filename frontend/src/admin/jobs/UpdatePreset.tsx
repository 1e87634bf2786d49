import type { Preset } from '@job-manager/shared/contract/presets';
import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { trackError } from '../../api/errorTracking';
import { toFailure } from '../../api/failure';
import { useCan } from '../../api/session';
import { useAction } from '../../api/useAction';
import type { Values } from '../../components/parameters/values';
import { toastError, toastSuccess } from '../../ui/toast';
import { presetCalls, presetsKey } from './form-calls';

/** Saves a preset with the parameters of the form; nothing for those who may not change it. */
export function UpdatePreset({ preset, parameters }: { preset: Preset; parameters: Values }) {
  const { id, name, options, isShared, isMine, rev } = preset;
  const canShare = useCan('managePresets');
  const queryClient = useQueryClient();
  const { mutate, isPending, isSuccess } = useAction({
    mutationFn: () => presetCalls.change({ presetId: id, name, options, isShared, rev, parameters }),
    onSuccess: () => void toastSuccess({ message: `“${name}” is saved.` }),
    onError: (failed) => {
      trackError(failed, { action: 'mendPreset', component: 'RunJobModal' });
      toastError({ title: 'The preset could not be saved', message: toFailure(failed).details });
    },
    onSettled: () => void queryClient.invalidateQueries({ queryKey: presetsKey() }),
  });
  if (isShared ? !canShare : !isMine) return null;
  return (
    <Button variant="default" size="compact-sm" loading={isPending} disabled={isSuccess} onClick={() => mutate()}>
      {isSuccess ? 'Saved' : 'Save it so'}
    </Button>
  );
}
