import type { AccessRole } from '@job-manager/shared/contract/roles';
import type { Account } from '@job-manager/shared/contract/users';
import { type UserRole, userRoles } from '@job-manager/shared/roles';
import { roleLabel } from '../../components/roles';

/** A built-in role by its name, an own one by its id. */
export type RoleKey = string;

const isBuiltIn = (key: RoleKey): key is UserRole => (userRoles as readonly string[]).includes(key);
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether a text can be the key of a role. */
export const isRoleKey = (text: string): boolean => isBuiltIn(text) || UUID.test(text);

export const keyOf = ({ role, accessRole }: Pick<Account, 'role' | 'accessRole'>): RoleKey => accessRole?.id ?? role;

/** A role as the API takes it. */
export const givenRole = (key: RoleKey): { role: UserRole; accessRoleId?: string } =>
  isBuiltIn(key) ? { role: key } : { role: 'USER', accessRoleId: key };

/** Built-in and own roles, to choose from; those of operators alone where a new person is to open the panel. */
export const roleChoices = (roles: readonly AccessRole[], isOperator = false): { value: RoleKey; label: string }[] => [
  ...userRoles.filter((role) => !isOperator || role !== 'USER').map((value) => ({ value, label: roleLabel[value] })),
  ...roles.map(({ id, name }) => ({ value: id, label: name })),
];
