import { type Permission, permissions } from '@job-manager/shared/permissions';
import { Checkbox } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './PermissionChoice.module.css';

interface Props<Given extends Permission> {
  choices: readonly Given[];
  value: Given[];
  onChange: (given: Given[]) => void;
  error?: ReactNode;
}

/** Permissions to tick, each by its label and its name. */
export function PermissionChoice<Given extends Permission>({ choices, value, onChange, error }: Props<Given>) {
  return (
    // The boxes are the choices and nothing else.
    <Checkbox.Group label="May" value={value} onChange={(given) => onChange(given as Given[])} error={error}>
      <div className={classes.permissions}>
        {choices.map((permission) => (
          <Checkbox
            key={permission}
            value={permission}
            label={
              <>
                {permissions[permission]} <code className={classes.verb}>{permission}</code>
              </>
            }
          />
        ))}
      </div>
    </Checkbox.Group>
  );
}
