import type { CurrentUser } from '@job-manager/shared/contract/auth';
import { UnstyledButton, type UnstyledButtonProps } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import type { ComponentPropsWithRef } from 'react';
import classes from './AccountMenu.module.css';

type Props = UnstyledButtonProps & ComponentPropsWithRef<'button'> & { user: CurrentUser };

/** Opens the menu of the person who is signed in. */
export function AccountButton({ user, ...others }: Props) {
  return (
    <UnstyledButton {...others} className={classes.button} aria-label={`Account: ${user.email}`}>
      <span className={classes.initial} aria-hidden>
        {user.email.charAt(0).toUpperCase()}
      </span>
      <IconChevronDown size={14} aria-hidden />
    </UnstyledButton>
  );
}
