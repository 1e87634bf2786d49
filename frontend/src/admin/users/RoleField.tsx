import { type Permission, permissions, permissionsOf } from '@job-manager/shared/permissions';
import type { UserRole } from '@job-manager/shared/roles';
import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { rolesQuery } from './queries';
import classes from './RoleField.module.css';
import { type RoleKey, roleChoices } from './role-choice';

interface Props {
  /** Only roles that may open the panel. */
  isOperator?: boolean;
  value: RoleKey;
  onChange: (role: RoleKey) => void;
  error?: string | null;
}

/** A role to choose, and what it allows. */
export function RoleField({ isOperator, value, onChange, error }: Props) {
  const { data: roles = [] } = useQuery(rolesQuery());
  const choices = roleChoices(roles, isOperator);
  const own = roles.find(({ id }) => id === value);
  return (
    <div>
      <NativeSelect
        label="Role"
        data={choices}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        error={error}
        data-autofocus
      />
      <Allowed
        label={choices.find((choice) => choice.value === value)?.label ?? ''}
        allowed={own?.permissions ?? permissionsOf[value as UserRole] ?? []}
        jobPatterns={own?.jobPatterns ?? null}
      />
    </div>
  );
}

interface AllowedProps {
  label: string;
  allowed: readonly Permission[];
  jobPatterns: readonly string[] | null;
}

function Allowed({ label, allowed, jobPatterns }: AllowedProps) {
  if (allowed.length === 0) return <p className={classes.title}>May sign in, but has no access to the panel.</p>;
  return (
    <>
      <p className={classes.title}>
        {jobPatterns === null ? 'May:' : `May, acting on ${jobPatterns.join(', ')} alone:`}
      </p>
      <ul className={classes.allowed} aria-label={`What the role ${label} may do`}>
        {allowed.map((permission) => (
          <li key={permission}>{permissions[permission]}</li>
        ))}
      </ul>
    </>
  );
}
