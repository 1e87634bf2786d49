import { Button } from '@mantine/core';
import { IconUserPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { Permitted } from '../../components/Permitted';
import { useCreateDialog } from '../../components/url-state';
import { DialogBoundary } from '../../ui/DialogBoundary';
import { loadable } from '../../ui/loadable';
import { Page } from '../../ui/Page';
import { useReturnFocus } from '../../ui/useReturnFocus';
import { RolesOverview } from './RolesOverview';
import { UsersSection } from './UsersSection';
import type { Asked } from './user-acts';

const UserDialog = loadable(() => import('./UserDialog').then((module) => module.UserDialog));

/** Who may sign in, and what each may do. */
export function UsersPage() {
  return (
    <Permitted permission="manageUsers" title="Users">
      <Users />
    </Permitted>
  );
}

function Users() {
  const [act, ask] = useState<Asked | null>(null);
  const create = useCreateDialog();
  const asked: Asked | null = create.isOpen ? { act: 'create' } : act;
  const close = () => (create.isOpen ? void create.close() : ask(null));
  useReturnFocus(asked !== null);
  return (
    <Page
      title="Users"
      lead="Who may sign in, and what each may do"
      actions={
        <Button leftSection={<IconUserPlus size={16} />} onClick={create.open}>
          Create user
        </Button>
      }
    >
      <UsersSection onAsk={ask} />
      <RolesOverview />
      <DialogBoundary opened={[asked?.act]} onClose={close}>
        {asked && <UserDialog asked={asked} onClose={close} />}
      </DialogBoundary>
    </Page>
  );
}
