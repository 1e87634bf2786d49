import type { Account } from '@job-manager/shared/contract/users';
import type { TagTone } from '../../ui/Tag';

interface Status {
  label: string;
  tone: TagTone;
  meaning: string;
}

const statuses = {
  active: { label: 'Active', tone: 'success', meaning: 'May sign in' },
  disabled: { label: 'Disabled', tone: 'failed', meaning: 'Kept out until enabled again' },
  noSignIn: { label: 'No sign-in', tone: 'neutral', meaning: 'Has no password to sign in with' },
} as const satisfies Record<string, Status>;

/** Whether somebody can come in, in a word. */
export function accountStatus({ disabledAt, canSignIn }: Account): Status {
  if (disabledAt !== null) return statuses.disabled;
  return canSignIn ? statuses.active : statuses.noSignIn;
}
