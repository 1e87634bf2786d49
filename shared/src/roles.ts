export const userRoles = ['USER', 'ADMIN', 'SUPER_ADMIN'] as const;
export type UserRole = (typeof userRoles)[number];

/** Roles that may open the panel. */
export const operatorRoles = ['ADMIN', 'SUPER_ADMIN'] as const satisfies UserRole[];
