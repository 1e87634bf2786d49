import { permissions, permissionsOf } from '@job-manager/shared/permissions';
import type { UserRole } from '@job-manager/shared/roles';
import { NativeSelect } from '@mantine/core';
import { roleLabel } from '../../components/roles';
import classes from './RoleField.module.css';

interface Props<Role extends UserRole> {
  roles: readonly Role[];
  value: Role;
  onChange: (role: Role) => void;
  error?: string | null;
}

/** A role to choose, and what it allows. */
export function RoleField<Role extends UserRole>({ roles, value, onChange, error }: Props<Role>) {
  return (
    <div>
      <NativeSelect
        label="Role"
        data={roles.map((role) => ({ value: role, label: roleLabel[role] }))}
        value={value}
        // The choices are the roles and nothing else.
        onChange={(event) => onChange(event.currentTarget.value as Role)}
        error={error}
        data-autofocus
      />
      <Allowed role={value} />
    </div>
  );
}

function Allowed({ role }: { role: UserRole }) {
  const allowed = permissionsOf[role];
  if (allowed.length === 0) return <p className={classes.title}>May sign in, but has no access to the panel.</p>;
  return (
    <>
      <p className={classes.title}>May:</p>
      <ul className={classes.allowed} aria-label={`What the role ${roleLabel[role]} may do`}>
        {allowed.map((permission) => (
          <li key={permission}>{permissions[permission]}</li>
        ))}
      </ul>
    </>
  );
}
