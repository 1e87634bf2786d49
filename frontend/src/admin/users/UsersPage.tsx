import { Button } from '@mantine/core';
import { IconPlus, IconUserPlus } from '@tabler/icons-react';
import { parseAsStringLiteral, useQueryState } from 'nuqs';
import { useState } from 'react';
import { keepsAccounts } from '../../api/mount';
import { Permitted } from '../../components/Permitted';
import { useCreateDialog } from '../../components/url-state';
import { paths } from '../../paths';
import { DialogBoundary } from '../../ui/DialogBoundary';
import { LinkTabs } from '../../ui/LinkTabs';
import { loadable } from '../../ui/loadable';
import { Page } from '../../ui/Page';
import { useReturnFocus } from '../../ui/useReturnFocus';
import { type RoleAct, RolesTab } from './RolesTab';
import { emptyRole } from './role-values';
import { UsersSection } from './UsersSection';
import type { OpenedAct } from './user-acts';

const UserDialog = loadable(() => import('./UserDialog').then((module) => module.UserDialog));
const RoleDialog = loadable(() => import('./RoleDialog').then((module) => module.RoleDialog));
const RemoveRoleDialog = loadable(() => import('./RemoveRoleDialog').then((module) => module.RemoveRoleDialog));

const tabs = ['people', 'roles'] as const;
const labels = { people: 'People', roles: 'Roles' } as const;

/** The application that Job Manager is part of keeps the people; here it finds roles to give them. */
const title = keepsAccounts ? 'Users' : 'Roles';

/** Who may sign in, and what each may do. */
export function UsersPage() {
  return (
    <Permitted permission="manageUsers" title={title}>
      <Users />
    </Permitted>
  );
}

function Users() {
  const [tab] = useQueryState('tab', parseAsStringLiteral(tabs).withDefault('people'));
  return tab === 'people' && keepsAccounts ? <People /> : <Roles />;
}

const Tabs = ({ current }: { current: (typeof tabs)[number] }) => (
  <LinkTabs
    label="Parts of users"
    tabs={tabs.map((each) => ({
      to: each === 'people' ? paths.users : paths.roles,
      label: labels[each],
      isCurrent: each === current,
    }))}
  />
);

function People() {
  const [act, open] = useState<OpenedAct | null>(null);
  const create = useCreateDialog();
  const opened: OpenedAct | null = create.isOpen ? { act: 'create' } : act;
  const close = () => (create.isOpen ? void create.close() : open(null));
  useReturnFocus(opened !== null);
  return (
    <Page
      title="Users"
      lead="Who may sign in, and what each may do"
      tabs={<Tabs current="people" />}
      actions={
        <Button leftSection={<IconUserPlus size={16} />} onClick={create.open}>
          Create user
        </Button>
      }
    >
      <UsersSection onAct={open} />
      <DialogBoundary opened={[opened?.act]} onClose={close}>
        {opened && <UserDialog opened={opened} onClose={close} />}
      </DialogBoundary>
    </Page>
  );
}

function Roles() {
  const [opened, open] = useState<RoleAct | null>(null);
  const close = () => open(null);
  useReturnFocus(opened !== null);
  return (
    <Page
      title={title}
      tabTitle={keepsAccounts ? 'Roles · Users' : title}
      lead={
        keepsAccounts
          ? 'Who may sign in, and what each may do'
          : 'What people may do here; the application names the role of each'
      }
      tabs={keepsAccounts && <Tabs current="roles" />}
      actions={
        <Button leftSection={<IconPlus size={16} />} onClick={() => open({ role: null, start: emptyRole })}>
          Create role
        </Button>
      }
    >
      <RolesTab onAct={open} />
      <DialogBoundary opened={[opened]} onClose={close}>
        {opened !== null && 'start' in opened && <RoleDialog {...opened} onClose={close} />}
        {opened !== null && 'removed' in opened && <RemoveRoleDialog role={opened.removed} onClose={close} />}
      </DialogBoundary>
    </Page>
  );
}
