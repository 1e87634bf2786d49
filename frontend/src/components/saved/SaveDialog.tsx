import { Checkbox, TextInput } from '@mantine/core';
import { type QueryKey, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { trackError } from '../../api/errorTracking';
import { toFailure } from '../../api/failure';
import { useCan } from '../../api/session';
import { useAction } from '../../api/useAction';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { toastSuccess } from '../../ui/toast';

/** How something is to be kept. */
interface GivenName {
  name: string;
  isShared: boolean;
  isPinned: boolean;
}

interface Props {
  title: string;
  subject?: string;
  /** Below the name. */
  description?: string;
  canPin?: boolean;
  /** Where an error that was not expected comes from. */
  component: string;
  save: (given: GivenName) => Promise<unknown>;
  /** Of the list that has it afterwards. */
  queryKey: QueryKey;
  onClose: () => void;
}

/** Takes the name under which something is saved, and who may use it. */
export function SaveDialog({ title, subject, description, canPin = false, component, save, queryKey, onClose }: Props) {
  const [given, setGiven] = useState<GivenName>({ name: '', isShared: false, isPinned: false });
  const set = (part: Partial<GivenName>) => setGiven((now) => ({ ...now, ...part }));
  const canShare = useCan('managePresets');
  const queryClient = useQueryClient();
  const name = given.name.trim();
  const { mutate, isPending, error } = useAction({
    mutationFn: () => save({ ...given, name }),
    onSuccess: () => {
      toastSuccess({ message: `Saved as “${name}”.` });
      onClose();
    },
    onError: (failed) => trackError(failed, { action: 'save', component }),
    onSettled: () => void queryClient.invalidateQueries({ queryKey }),
  });
  return (
    <ConfirmDialog
      title={title}
      subject={subject}
      confirm="Save"
      isPending={isPending}
      isChanged={given.name !== ''}
      errorText={error && toFailure(error).details}
      onConfirm={() => name !== '' && mutate()}
      onClose={onClose}
    >
      <TextInput
        label="Name"
        description={description}
        maxLength={100}
        value={given.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
        data-autofocus
      />
      {canPin && (
        <Checkbox
          label="Offer it in the command palette"
          checked={given.isPinned}
          onChange={(event) => set({ isPinned: event.currentTarget.checked })}
        />
      )}
      {canShare && (
        <Checkbox
          label="Shared by all"
          checked={given.isShared}
          onChange={(event) => set({ isShared: event.currentTarget.checked })}
        />
      )}
    </ConfirmDialog>
  );
}
