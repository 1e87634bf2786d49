import type { Account } from '@job-manager/shared/contract/users';

/** What can be done to an account. */
export type UserAct =
  | 'changeRole'
  | 'disable'
  | 'enable'
  | 'resetPassword'
  | 'removeSecondFactor'
  | 'signOutEverywhere';

/** What a dialog of this page is open for. */
export type OpenedAct = { act: 'create' } | { act: UserAct; account: Account };

/** A generated password, only for as long as its dialog is open. */
export interface Secret {
  email: string;
  password: string;
}

/** What may be done to an account; one's own role and access are for another operator to change. */
export function actsOn(account: Account, isOwn: boolean): UserAct[] {
  if (isOwn) return ['signOutEverywhere'];
  return [
    'changeRole',
    account.disabledAt === null ? 'disable' : 'enable',
    'resetPassword',
    ...(account.secondFactor ? (['removeSecondFactor'] as const) : []),
    'signOutEverywhere',
  ];
}
