import type { SavedView, ViewPage } from '@job-manager/shared/contract/views';
import { Button, Checkbox, Menu, TextInput } from '@mantine/core';
import { IconChevronDown, IconPinFilled } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { trackError } from '../api/errorTracking';
import { toFailure } from '../api/failure';
import { useCan } from '../api/session';
import { useAction } from '../api/useAction';
import { viewCalls, viewsKey, viewsQuery } from '../api/view-calls';
import { ConfirmDialog } from '../ui/ConfirmDialog';
import { toastError, toastSuccess } from '../ui/toast';
import { addressOfView, queryOfView } from './saved-view-address';

/** Opens with its first drawing: it is loaded when its button is pressed. */
export function SavedViewsMenu({ page }: { page: ViewPage }) {
  const [isOpen, setOpen] = useState(true);
  const [isSaving, setSaving] = useState(false);
  const { data: views, isError } = useQuery({ ...viewsQuery(page), enabled: isOpen });
  // The address itself: filters are written to it without the router.
  const query = queryOfView(window.location.search);
  const canSave = useCan('run');
  const canShare = useCan('managePresets');
  const remove = useRemove();
  const mine = views?.filter(({ isShared }) => !isShared) ?? [];
  const shared = views?.filter(({ isShared }) => isShared) ?? [];
  const removable = canSave ? [...mine, ...(canShare ? shared : [])] : [];
  return (
    <>
      <Menu position="bottom-start" opened={isOpen} onChange={setOpen} withinPortal={false} returnFocus>
        <Menu.Target>
          <Button variant="default" rightSection={<IconChevronDown size={14} aria-hidden />}>
            Views
          </Button>
        </Menu.Target>
        <Menu.Dropdown mah={320} maw="min(20rem, 90vw)" style={{ overflowY: 'auto' }}>
          <Group label="Mine" views={mine} />
          <Group label="Shared" views={shared} />
          {views === undefined && <Menu.Label>{isError ? 'Views could not be loaded' : 'Loading…'}</Menu.Label>}
          {views?.length === 0 && <Menu.Label>A view keeps these filters under a name.</Menu.Label>}
          {canSave && (
            <>
              <Menu.Divider />
              <Menu.Item disabled={query === ''} onClick={() => setSaving(true)}>
                Save view…
              </Menu.Item>
            </>
          )}
          {removable.map(({ id, name }) => (
            <Menu.Item key={id} color="red" onClick={() => remove(id)}>
              Remove “{name}”
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {isSaving && <SaveDialog page={page} query={query} canShare={canShare} onClose={() => setSaving(false)} />}
    </>
  );
}

function Group({ label, views }: { label: string; views: readonly SavedView[] }) {
  const navigate = useNavigate();
  if (views.length === 0) return null;
  return (
    <>
      <Menu.Label>{label}</Menu.Label>
      {views.map((view) => (
        <Menu.Item
          key={view.id}
          title={view.query}
          rightSection={view.isPinned && <IconPinFilled size={14} aria-label="in the palette" />}
          onClick={() => void navigate(addressOfView(view))}
        >
          {view.name}
        </Menu.Item>
      ))}
    </>
  );
}

function useRemove() {
  const queryClient = useQueryClient();
  const { mutate } = useAction({
    mutationFn: (viewId: string) => viewCalls.remove({ viewId }),
    onSuccess: () => void toastSuccess({ message: 'The view is removed.' }),
    onError: (failed) => toastError({ title: 'The view could not be removed', message: toFailure(failed).details }),
    onSettled: () => void queryClient.invalidateQueries({ queryKey: viewsKey() }),
  });
  return mutate;
}

interface SaveProps {
  page: ViewPage;
  query: string;
  canShare: boolean;
  onClose: () => void;
}

function SaveDialog({ page, query, canShare, onClose }: SaveProps) {
  const [name, setName] = useState('');
  const [isPinned, setPinned] = useState(false);
  const [isShared, setShared] = useState(false);
  const queryClient = useQueryClient();
  const { mutate, isPending, error } = useAction({
    mutationFn: () => viewCalls.create({ page, query, name: name.trim(), isPinned, isShared }),
    onSuccess: ({ view }) => {
      toastSuccess({ message: `Saved as “${view.name}”.` });
      onClose();
    },
    onError: (failed) => trackError(failed, { action: 'saveView', component: 'SavedViewsMenu' }),
    onSettled: () => void queryClient.invalidateQueries({ queryKey: viewsKey() }),
  });
  return (
    <ConfirmDialog
      title="Save view"
      confirm="Save"
      isPending={isPending}
      isChanged={name !== ''}
      fault={error && toFailure(error).details}
      onConfirm={() => name.trim() !== '' && mutate()}
      onClose={onClose}
    >
      <TextInput
        label="Name"
        maxLength={100}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
      />
      <Checkbox
        label="Offer it in the command palette"
        checked={isPinned}
        onChange={(event) => setPinned(event.currentTarget.checked)}
      />
      {canShare && (
        <Checkbox
          label="Shared by all"
          checked={isShared}
          onChange={(event) => setShared(event.currentTarget.checked)}
        />
      )}
    </ConfirmDialog>
  );
}
