import type { UserRole } from '@job-manager/shared/roles';
import type { TagTone } from '../ui/Tag';

export const roleLabel = {
  USER: 'User',
  ADMIN: 'Admin',
  SUPER_ADMIN: 'Super admin',
} as const satisfies Record<UserRole, string>;

/** What a person's role is called: an own one by its name. */
export const roleNameOf = ({ role, roleName }: { role: UserRole; roleName: string | null }): string =>
  roleName ?? roleLabel[role];

export const roleTone = {
  USER: 'neutral',
  ADMIN: 'info',
  SUPER_ADMIN: 'warning',
} as const satisfies Record<UserRole, TagTone>;
