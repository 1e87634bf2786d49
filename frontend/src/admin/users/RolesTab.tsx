import type { AccessRole } from '@job-manager/shared/contract/roles';
import { Button, Group } from '@mantine/core';
import { IconUserShield } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { keepsAccounts } from '../../api/mount';
import { Pending } from '../../components/Pending';
import { paths } from '../../paths';
import { EmptyState } from '../../ui/EmptyState';
import { Section } from '../../ui/Section';
import { Cell, Table } from '../../ui/Table';
import type { Column } from '../../ui/TableSort';
import { Tag } from '../../ui/Tag';
import { rolesQuery } from './queries';
import { RolesOverview } from './RolesOverview';
import classes from './RolesTab.module.css';
import { emptyRole, type RoleValues, valuesOf, viewer } from './role-values';

/** What a dialog about roles is open for. */
export type RoleAct = { role: AccessRole | null; start: RoleValues } | { removed: AccessRole };

// Which people of another application have a role is known there alone.
const columns: Column[] = [
  { label: 'Name' },
  { label: 'May' },
  { label: 'Jobs' },
  ...(keepsAccounts ? [{ label: 'People', align: 'right' as const }] : []),
  { label: 'Actions', isHidden: true },
];

/** Roles of the installation's own, and what each role allows. */
export function RolesTab({ onAct }: { onAct: (act: RoleAct) => void }) {
  const query = useQuery(rolesQuery());
  const { data: roles } = query;
  return (
    <>
      <Section title="Own roles">
        {roles === undefined ? (
          <Pending query={query} what="Roles" rows={3} />
        ) : roles.length === 0 ? (
          <NoRoles onAct={onAct} />
        ) : (
          <Table caption="Own roles" columns={columns} stackOn="tablet">
            {roles.map((role) => (
              <RoleRow key={role.id} role={role} onAct={onAct} />
            ))}
          </Table>
        )}
      </Section>
      <RolesOverview roles={roles ?? []} />
    </>
  );
}

function RoleRow({ role, onAct }: { role: AccessRole; onAct: (act: RoleAct) => void }) {
  const { id, name, permissions, jobPatterns, people } = role;
  return (
    <tr>
      <Cell isHeader>
        <bdi className={classes.name}>{name}</bdi>
      </Cell>
      <Cell label="May" isWide>
        <span className={classes.permissions}>
          {permissions.map((permission) => (
            <Tag key={permission}>{permission}</Tag>
          ))}
        </span>
      </Cell>
      <Cell label="Jobs">
        {jobPatterns === null ? (
          'All jobs'
        ) : (
          <span className={classes.jobs}>
            {jobPatterns.map((pattern) => (
              <code key={pattern}>{pattern}</code>
            ))}
          </span>
        )}
      </Cell>
      {keepsAccounts && (
        <Cell label="People" align="right">
          {people === 0 ? 0 : <Link to={paths.usersWithRole(id)}>{people}</Link>}
        </Cell>
      )}
      <Cell isCorner align="right">
        <span className={classes.acts}>
          <Button
            variant="default"
            size="compact-sm"
            aria-label={`Edit ${name}`}
            onClick={() => onAct({ role, start: valuesOf(role) })}
          >
            Edit
          </Button>
          {people === 0 && (
            <Button
              variant="default"
              size="compact-sm"
              aria-label={`Remove ${name}`}
              onClick={() => onAct({ removed: role })}
            >
              Remove
            </Button>
          )}
        </span>
      </Cell>
    </tr>
  );
}

function NoRoles({ onAct }: { onAct: (act: RoleAct) => void }) {
  return (
    <EmptyState
      icon={IconUserShield}
      title="No own roles yet"
      text="For people who should do less than an admin: support that only reads, or a team that works with its own jobs alone."
      action={
        <Group justify="center" gap="xs">
          <Button variant="light" onClick={() => onAct({ role: null, start: viewer })}>
            Create “Viewer”
          </Button>
          <Button variant="default" onClick={() => onAct({ role: null, start: emptyRole })}>
            Create another role
          </Button>
        </Group>
      }
    />
  );
}
