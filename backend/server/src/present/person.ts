import type { PersonRow } from '@job-manager/engine/store/users';
import type { Account } from '@job-manager/shared/contract/users';

/** A person as those who manage people see them. */
export function presentPerson(row: PersonRow): Account {
  return {
    id: row.id,
    email: row.email,
    role: row.role,
    accessRole: row.accessRoleId === null ? null : { id: row.accessRoleId, name: row.roleName ?? '' },
    canSignIn: row.canSignIn,
    secondFactor: row.hasSecondFactor,
    disabledAt: row.disabledAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    lastSignInAt: row.lastSignInAt?.toISOString() ?? null,
    sessions: row.sessions,
  };
}
