import type { SavedView, ViewPage } from '@job-manager/shared/contract/views';
import { Menu } from '@mantine/core';
import { IconPinFilled } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { viewCalls, viewsKey, viewsQuery } from '../api/view-calls';
import { SaveDialog } from './saved/SaveDialog';
import { SavedGroup, SavedMenu } from './saved/SavedMenu';
import { useRemoveSaved } from './saved/useRemoveSaved';
import { addressOfView, queryOfView } from './saved-view-address';

/** Opens with its first drawing: it is loaded when its button is pressed. */
export function SavedViewsMenu({ page }: { page: ViewPage }) {
  const [isOpen, setOpen] = useState(true);
  const [isSaving, setSaving] = useState(false);
  const { data: views, isError } = useQuery({ ...viewsQuery(page), enabled: isOpen });
  // The address itself: filters are written to it without the router.
  const query = queryOfView(window.location.search);
  const remove = useRemoveSaved<SavedView>({
    noun: 'view',
    remove: (viewId) => viewCalls.remove({ viewId }),
    restore: ({ name, isPinned, isShared, ...view }) =>
      viewCalls.create({ page: view.page, query: view.query, name, isPinned, isShared }),
    queryKey: viewsKey(),
  });
  return (
    <>
      <SavedMenu
        label="Views"
        isOpen={isOpen}
        onOpen={setOpen}
        saved={views ?? []}
        save={{ label: 'Save view…', isDisabled: query === '', onClick: () => setSaving(true) }}
        onRemove={remove}
      >
        <Group label="Mine" views={views?.filter(({ isShared }) => !isShared)} />
        <Group label="Shared" views={views?.filter(({ isShared }) => isShared)} />
        {views === undefined && <Menu.Label>{isError ? 'Views could not be loaded' : 'Loading…'}</Menu.Label>}
        {views?.length === 0 && <Menu.Label>A view keeps these filters under a name.</Menu.Label>}
      </SavedMenu>
      {isSaving && (
        <SaveDialog
          title="Save view"
          canPin
          component="SavedViewsMenu"
          save={(given) => viewCalls.create({ page, query, ...given })}
          queryKey={viewsKey()}
          onClose={() => setSaving(false)}
        />
      )}
    </>
  );
}

function Group({ label, views = [] }: { label: string; views?: readonly SavedView[] }) {
  const navigate = useNavigate();
  return (
    <SavedGroup label={label} of={views}>
      {(view) => (
        <Menu.Item
          key={view.id}
          title={view.query}
          rightSection={view.isPinned && <IconPinFilled size={14} aria-label="in the palette" />}
          onClick={() => void navigate(addressOfView(view))}
        >
          {view.name}
        </Menu.Item>
      )}
    </SavedGroup>
  );
}
