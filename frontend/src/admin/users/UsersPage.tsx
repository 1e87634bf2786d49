import { Button } from '@mantine/core';
import { IconUserPlus } from '@tabler/icons-react';
import { useCallback, useState } from 'react';
import { Permitted } from '../../components/Permitted';
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
  const [asked, ask] = useState<Asked | null>(null);
  const create = useCallback(() => ask({ act: 'create' }), []);
  const close = () => ask(null);
  useReturnFocus(asked !== null);
  return (
    <Page
      title="Users"
      lead="Who may sign in, and what each may do"
      actions={
        <Button leftSection={<IconUserPlus size={16} />} onClick={create}>
          Create user
        </Button>
      }
    >
      <UsersSection onAsk={ask} />
      <RolesOverview />
      <DialogBoundary opened={[asked]} onClose={close}>
        {asked && <UserDialog asked={asked} onClose={close} />}
      </DialogBoundary>
    </Page>
  );
}
