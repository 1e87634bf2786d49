import type { UserRole } from '@job-manager/shared/roles';
import type { TagTone } from '../ui/Tag';

export const roleLabel = {
  USER: 'User',
  ADMIN: 'Admin',
  SUPER_ADMIN: 'Super admin',
} as const satisfies Record<UserRole, string>;

export const roleTone = {
  USER: 'neutral',
  ADMIN: 'info',
  SUPER_ADMIN: 'warning',
} as const satisfies Record<UserRole, TagTone>;
